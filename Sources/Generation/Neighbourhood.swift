public import Autoencoders
public import Compute
import Foundation
public import InteractionData

/// Real users as landmarks of the latent space, to see how many items people near a place have.
public struct Neighbourhood: Sendable {
  /// Where the landmarks lie; shape: R × L.
  public let centres: Matrix<Float>
  /// How many items each has; shape: R.
  public let lengths: [Int]
  /// How many of the nearest count.
  public let neighbours: Int
  private let halfNorms: [Float]

  /// Takes some users as landmarks: all, or `landmarks` of them drawn at random.
  ///
  /// - Precondition: there is at least one user.
  public init<Latent>(
    of model: Autoencoder<Latent>, over profiles: Profiles, landmarks: Int = 4096, neighbours: Int = 10, seed: Seed,
    using engine: ProductEngine
  ) {
    let users = profiles.items.rowCount
    precondition(users > 0 && landmarks > 0 && neighbours > 0, "a neighbourhood of nobody")
    var chosen = Array(0..<users)
    if users > landmarks {
      var random = seed.stream(.sampling, -1)
      random.shuffle(&chosen)
      chosen = chosen[..<landmarks].sorted()
    }
    var elements: [Float] = []
    for first in stride(from: 0, to: chosen.count, by: 256) {
      let rows = chosen[first..<min(chosen.count, first + 256)]
      let block = Profiles(
        items: profiles.items.selecting(rows: rows),
        trainingRows: profiles.trainingRows.map { all in rows.map { all[$0] } })
      elements += Latent.center(of: model.encode(block, using: engine)).elements
    }
    self.init(
      centres: Matrix(rows: chosen.count, columns: model.design.latent, elements: elements),
      lengths: chosen.map { profiles.items.count(ofRow: $0) }, neighbours: neighbours)
  }

  init(centres: Matrix<Float>, lengths: [Int], neighbours: Int) {
    precondition(centres.rows == lengths.count && !lengths.isEmpty, "a length for each of \(centres)")
    self.centres = centres
    self.lengths = lengths
    self.neighbours = min(neighbours, lengths.count)
    halfNorms = (0..<centres.rows).map { Float(centres.sumOfSquares(row: $0) / 2) }
  }

  /// The landmarks nearest to some vectors (B × L), by Euclidean distance, nearest first; ties go to the smaller number.
  func nearest(
    to vectors: Matrix<Float>, leavingOut own: (_ row: Int) -> Int? = { _ in nil }, using engine: ProductEngine
  ) -> [[Int]] {
    var products = Matrix<Float>(rows: vectors.rows, columns: centres.rows)
    engine.multiply(vectors, transposed: centres, into: &products)
    return (0..<vectors.rows).map { row in
      // ½‖c‖² − z·c orders the landmarks as their distance does.
      let row = (products[row: row], own(row))
      var best: [(distance: Float, landmark: Int)] = []
      var worst = Float.infinity
      for (landmark, product) in row.0.enumerated() where landmark != row.1 {
        let distance = halfNorms[landmark] - product
        if best.count == neighbours && !(distance < worst) { continue }
        let place = best.firstIndex { $0.distance > distance } ?? best.count
        best.insert((distance, landmark), at: place)
        if best.count > neighbours { best.removeLast() }
        if best.count == neighbours { worst = best[neighbours - 1].distance }
      }
      return best.map(\.landmark)
    }
  }

  /// How much of the variance of log-lengths the neighbours of a landmark foretell, itself left out: 1 − (squared error of
  /// their mean log-length) / (variance). At most 1; 0 or less where the place says nothing about the length.
  public func explainedVariance(using engine: ProductEngine) -> Double {
    if lengths.count < 2 { return 0 }
    let logs = lengths.map { log(Double(max(1, $0))) }
    let mean = Statistics.mean(logs)
    let total = logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    if total == 0 { return 0 }
    var error = 0.0
    for first in stride(from: 0, to: lengths.count, by: 256) {
      let rows = first..<min(lengths.count, first + 256)
      var block = Matrix<Float>(rows: rows.count, columns: centres.columns)
      block.copyRows(rows, of: centres)
      for (place, nearest) in nearest(to: block, leavingOut: { first + $0 }, using: engine).enumerated() {
        let guess = Statistics.mean(nearest.map { logs[$0] })
        error += (guess - logs[first + place]) * (guess - logs[first + place])
      }
    }
    return 1 - error / total
  }
}
