import Autoencoders
import Compute
import Foundation
import InteractionData

/// What the explorer needs of one model, whichever kind of latent space it has (n sampled users, L dimensions, I items).
struct ExploredSpace {
  /// How many users' codes say where people are.
  private static let codeLimit = 2000

  /// The name of the model.
  let name: String
  /// L.
  let latent: Int
  /// What the logits stand for.
  let likelihood: Likelihood
  /// `nil` for points.
  let prior: FittedPrior?
  /// The codes of users evenly spaced in the data; shape: n × L.
  let codes: Matrix<Float>
  /// The log-variances of their posteriors; `nil` for points.
  let logVariances: Matrix<Float>?
  /// The codes of the users one may start from, and their log-variances.
  let placeCodes: Matrix<Float>
  let placeLogVariances: Matrix<Float>?
  /// The mean of the codes; shape: L.
  let mean: [Double]
  /// The variance in each dimension of the distribution that the users' codes make together; shape: L.
  let variance: [Double]
  /// Each item's share of the decoded profiles, on average over the places; shape: I.
  let meanShare: [Double]
  /// The shares at each place; shape: places × I.
  let shares: Matrix<Float>
  /// The logits of latent vectors, items in the order of the first model; B × L to B × I.
  let decode: (Matrix<Float>) -> Matrix<Float>
  /// The code of somebody with these items.
  let encode: ([Int]) -> Matrix<Float>
  /// What is embedded of the network.
  let network: EmbeddedNetwork

  /// - Parameters:
  ///   - order: the column that each item of the first model has in this one; `nil` where the order is the same.
  ///   - users: the rows one may start from.
  ///   - logVariances: those of codes; `nil` for points.
  init<Latent: LatentSpace>(
    _ name: String, _ model: Autoencoder<Latent>, prior: FittedPrior?, profiles: Profiles,
    order: [Int]?, users: [Int],
    processor: Processor, logVariances: @escaping @Sendable (Latent.Codes) -> Matrix<Float>?
  ) throws {
    let engine = processor.engine
    let (latent, likelihood) = (model.design.latent, model.design.likelihood)
    (self.name, self.latent, self.likelihood, self.prior) = (name, latent, likelihood, prior)
    let size = 64
    @Sendable func encoded(_ rows: [Int]) throws -> (
      codes: Matrix<Float>, logVariances: Matrix<Float>?
    ) {
      let blocks = try processor.map(count: (rows.count + size - 1) / size) { block in
        let own = rows[block * size..<min(rows.count, (block + 1) * size)]
        return own.map { row in
          let codes = model.encode(profiles.selecting(row..<row + 1), using: engine)
          return (Latent.center(of: codes).elements, logVariances(codes)?.elements)
        }
      }.flatMap(\.self)
      let spread = blocks.compactMap(\.1).flatMap(\.self)
      return (
        Matrix(rows: rows.count, columns: latent, elements: blocks.flatMap(\.0)),
        spread.isEmpty ? nil : Matrix(rows: rows.count, columns: latent, elements: spread)
      )
    }
    let sample = try encoded(evenSample(of: profiles.items.rowCount, limit: Self.codeLimit))
    (codes, self.logVariances) = sample
    (placeCodes, placeLogVariances) = try encoded(users)
    (mean, variance) = Self.moments(sample.codes, sample.logVariances)

    let decode = { (codes: Matrix<Float>) -> Matrix<Float> in
      let logits = model.decode(codes, using: engine)
      guard let order else { return logits }
      var arranged = Matrix<Float>(rows: logits.rows, columns: order.count)
      for row in 0..<logits.rows {
        for (item, column) in order.enumerated() { arranged[row, item] = logits[row, column] }
      }
      return arranged
    }
    self.decode = decode
    encode = { items in
      let own = items.map { order?[$0] ?? $0 }.sorted()
      let row = Profiles(items: SparseRows(columnCount: model.itemCount, rows: [own]))
      return Latent.center(of: model.encode(row, using: engine))
    }
    var shares = decode(placeCodes)
    likelihood.turnIntoShares(&shares)
    self.shares = shares
    var sum = [Double](repeating: 0, count: shares.columns)
    for row in 0..<shares.rows {
      for (item, share) in shares[row: row].enumerated() { sum[item] += Double(share) }
    }
    meanShare = sum.map { $0 / Double(max(1, shares.rows)) }
    network = EmbeddedNetwork(model, order: order)
  }

  private static func moments(
    _ codes: Matrix<Float>, _ logVariances: Matrix<Float>?
  ) -> (mean: [Double], variance: [Double]) {
    var (mean, variance) = (
      [Double](repeating: 0, count: codes.columns), [Double](repeating: 0, count: codes.columns)
    )
    let count = Double(max(1, codes.rows))
    for row in 0..<codes.rows {
      for column in mean.indices { mean[column] += Double(codes[row, column]) / count }
    }
    for row in 0..<codes.rows {
      for column in mean.indices {
        variance[column] += pow(Double(codes[row, column]) - mean[column], 2) / count
        if let logVariances { variance[column] += exp(Double(logVariances[row, column])) / count }
      }
    }
    return (mean, variance)
  }

  /// What share of the probability some items hold, at each place.
  func heldShares(of items: [Int]) -> [Double] {
    (0..<shares.rows).map { row in items.reduce(0) { $0 + Double(shares[row, $1]) } }
  }

  /// Coordinates of every sampled user along a direction; shape: n.
  func coordinates(_ reader: [Double]) -> [Double] {
    (0..<codes.rows).map { row in
      reader.indices.reduce(0) { $0 + reader[$1] * (Double(codes[row, $1]) - mean[$1]) }
    }
  }
}
