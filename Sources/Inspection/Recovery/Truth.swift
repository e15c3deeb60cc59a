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
    var header: [String] = []
    var ids: [String] = []
    var values: [Double] = []
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      let line = line.last == 0x0D ? line.dropLast() : line
      func wrong(_ message: String, _ accepted: String) -> DataError {
        DataError(
          path: path, line: index + 1, text: String(decoding: line, as: UTF8.self), message: message, accepted: accepted
        )
      }
      guard let text = String(validating: line, as: UTF8.self) else { throw wrong("is not UTF-8", "UTF-8") }
      let cells = text.utf8.split(separator: 0x09, omittingEmptySubsequences: false).map { String(Substring($0)) }
      if index == 0 {
        guard cells[0] == "user", cells.count > 1 else {
          throw wrong("is not the header of a truth file", "the truth_users.tsv of doppel simulate")
        }
        header = cells
      } else if !line.isEmpty {
        let numbers = cells.dropFirst().compactMap { Double($0) }.filter(\.isFinite)
        guard numbers.count == header.count - 1, cells.count == header.count else {
          throw wrong(
            "is not a user and their tastes", "an id and \(header.count - 1) numbers, separated by tabs")
        }
        ids.append(cells[0])
        values += numbers
      }
    }
    users = Vocabulary(ids: ids)
    guard users.count == ids.count else {
      throw DataError(path: path, message: "has a user twice", accepted: "one line per user")
    }
    tastes = Array(header.dropFirst())
    mixtures = Matrix(rows: ids.count, columns: tastes.count, elements: values)
  }

  /// The name of a user's strongest taste, or `nil` for an unknown user.
  func strongestTaste(of user: String) -> String? {
    guard let row = users.index(of: user) else { return nil }
    let mixture = mixtures[row: row]
    return zip(mixture, tastes).max { $0.0 < $1.0 }?.1
  }
}
