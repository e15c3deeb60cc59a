public import Compute
import FileFormats
public import InteractionData

/// The true tastes of users (U users, T tastes).
public struct Truth: Sendable {
  /// The users; shape: U.
  public let users: Vocabulary
  /// The names of the tastes; shape: T.
  public let tastes: [String]
  /// How much of each taste each user has; shape: U × T.
  public let mixtures: Matrix<Double>

  /// The truth about a simulated population.
  public init(_ population: SimulatedPopulation) {
    users = population.interactions.users
    tastes = population.tasteNames
    mixtures = population.userMixtures
  }

  /// Reads the `truth_users.tsv` of `doppel simulate`: a header `user` and tastes, then a line for each user.
  ///
  /// - Throws: `InputError`, or `DataError` with the line that is not like that.
  public init(contentsOf path: String) throws {
    let bytes = try ByteSource(path: path, limit: 1 << 30).withBytes { span in span.indices.map { span[$0] } }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: true)
    let header = lines.first?.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) ?? []
    guard header.first == "user", header.count > 1 else {
      throw DataError(
        path: path, line: 1, text: header.joined(separator: "\t"), message: "is not the header of a truth",
        accepted: "the truth_users.tsv of doppel simulate")
    }
    var ids: [String] = []
    var values: [Double] = []
    for (index, line) in lines.dropFirst().enumerated() {
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false)
      let numbers = cells.dropFirst().compactMap { Double($0) }.filter(\.isFinite)
      guard numbers.count == header.count - 1, cells.count == header.count else {
        throw DataError(
          path: path, line: index + 2, text: String(line), message: "is not a user and their tastes",
          accepted: "an id and \(header.count - 1) numbers, separated by tabs")
      }
      ids.append(String(cells[0]))
      values += numbers
    }
    users = Vocabulary(ids: ids)
    guard users.count == ids.count else {
      throw DataError(path: path, message: "has a user twice", accepted: "one line for each user")
    }
    tastes = Array(header.dropFirst())
    mixtures = Matrix(rows: ids.count, columns: tastes.count, elements: values)
  }

  /// The name of a user's strongest taste, or `nil` for someone unknown.
  func strongestTaste(of user: String) -> String? {
    guard let row = users.index(of: user) else { return nil }
    let mixture = mixtures[row: row]
    return zip(mixture, tastes).max { $0.0 < $1.0 }?.1
  }
}
