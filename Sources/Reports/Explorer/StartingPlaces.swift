import Autoencoders
import Compute
import Foundation
import InteractionData

/// The codes of users, and the decoded profiles of some of them.
struct StartingPlaces {
  /// How many users' codes say how far sliders reach.
  private static let codeLimit = 2000

  /// The users one may start from: their place among all.
  let users: [Int]
  /// Their ids.
  let userIDs: [String]
  /// What each has.
  let profiles: SparseRows
  /// Their codes; shape: places × L.
  let codes: Matrix<Float>
  /// The mean of many users' codes, dimension by dimension.
  let mean: [Double]
  /// Their standard deviation.
  let deviation: [Double]
  /// Each item's share of all probability, on average over the places.
  let meanShare: [Double]
  /// Shape: places × I.
  private let shares: Matrix<Float>

  var count: Int { users.count }

  init<Latent: LatentSpace>(
    _ model: Autoencoder<Latent>, userIDs: [String], profiles: Profiles, count: Int, processor: Processor
  ) throws {
    users = evenSample(of: userIDs.count, limit: count)
    self.userIDs = users.map { userIDs[$0] }
    let latent = model.design.latent
    @Sendable func codes(of rows: [Int]) -> [Float] {
      rows.flatMap { row in
        Latent.center(of: model.encode(profiles.selecting(row..<row + 1), using: processor.engine)).elements
      }
    }
    let all = evenSample(of: userIDs.count, limit: Self.codeLimit)
    let size = 64
    let blocks = try processor.map(count: (all.count + size - 1) / size) { block in
      codes(of: Array(all[block * size..<min(all.count, (block + 1) * size)]))
    }
    let sample = blocks.flatMap(\.self)
    var (sums, squares) = ([Double](repeating: 0, count: latent), [Double](repeating: 0, count: latent))
    for (index, value) in sample.enumerated() { sums[index % latent] += Double(value) }
    let mean = sums.map { $0 / Double(all.count) }
    for (index, value) in sample.enumerated() {
      squares[index % latent] += pow(Double(value) - mean[index % latent], 2)
    }
    self.mean = mean
    deviation = squares.map { ($0 / Double(all.count)).squareRoot() }

    self.codes = Matrix(rows: users.count, columns: latent, elements: codes(of: users))
    self.profiles = SparseRows(
      columnCount: model.itemCount, rows: users.map { profiles.items.indices(ofRow: $0).map(Int.init) })
    var decoded = model.decode(self.codes, using: processor.engine)
    model.design.likelihood.turnIntoShares(&decoded)
    shares = decoded
    var sum = [Double](repeating: 0, count: model.itemCount)
    for row in 0..<shares.rows { for (item, share) in shares[row: row].enumerated() { sum[item] += Double(share) } }
    let places = Double(users.count)
    meanShare = sum.map { $0 / places }
  }

  /// What share of the probability some items hold, at each place.
  func heldShares(of items: [Int]) -> [Double] {
    (0..<shares.rows).map { row in items.reduce(0) { $0 + Double(shares[row, $1]) } }
  }
}
