public import Compute
public import FileFormats
import Foundation
public import InteractionData

extension Spectral {
  /// The graph, and the filter on it.
  public struct Fitted: FittedModel {
    private let graph: SpectralGraph
    /// V_η, one vector per row; shape: η × I.
    public let vectors: Matrix<Float>
    /// c_0 … c_K.
    public let coefficients: [Double]
    private let idealWeight: Float
    private let degreeExponent: Double

    /// At most half as many singular vectors as users or items; otherwise they would pass nearly everything.
    static func mostRank(rows: Int, columns: Int) -> Int { min(rows, columns) / 2 }

    init(_ file: consuming TensorReader, items: Int) throws {
      graph = SpectralGraph(try file.takeRows("graph", columns: items))
      vectors = try file.takeMatrix("ideal.vectors", columns: items)
      coefficients = try file.takeMatrix("filter.coefficients", columns: 1).elements.map { Double($0) }
      let numbers = try file.take("filter.numbers", [2])
      (idealWeight, degreeExponent) = (numbers[0], Double(numbers[1]))
      try file.finish()
    }

    init(_ model: Spectral, _ values: SpectralValues, _ graph: SpectralGraph, vectors: Matrix<Float>) {
      (self.graph, self.vectors) = (graph, vectors)
      coefficients = ChebyshevFilter.coefficients(
        order: model.order, flatness: values.flatness, authors: model.authorsNodes)
      // In the precision of files, so that a saved model gives the same scores.
      (idealWeight, degreeExponent) = (Float(values.idealWeight), Double(Float(values.degreeExponent)))
    }

    /// The same graph with another filter, of at most as many singular vectors.
    func with(_ model: Spectral, _ values: SpectralValues) -> Fitted {
      var first = Matrix<Float>(rows: 0, columns: vectors.columns)
      first.copyRows(0..<min(Int(values.rank), vectors.rows), of: vectors)
      return Fitted(model, values, graph, vectors: first)
    }

    /// `graph.counts` and `graph.columns`, the training rows; `ideal.vectors`, V_η, shape: η × I; `filter.coefficients`, c_k,
    /// shape: K + 1 × 1; `filter.numbers`, α and β.
    public var tensors: [String: Tensor] {
      graph.rows.tensors(named: "graph").merging([
        "ideal.vectors": Tensor(shape: [vectors.rows, vectors.columns], values: vectors.elements),
        "filter.coefficients": Tensor(shape: [coefficients.count, 1], values: coefficients.map { Float($0) }),
        "filter.numbers": Tensor(shape: [2], values: [idealWeight, Float(degreeExponent)]),
      ]) { $1 }
    }

    /// The number of values in its file.
    public var parameterCount: Int {
      graph.rows.rowCount + graph.rows.nonZeroCount + vectors.count + coefficients.count + 2
    }

    /// The number of items.
    public var itemCount: Int { vectors.columns }

    /// A single operation, a sum of the filter's outputs for single items, because scores are linear in the user's
    /// items.
    public var inference: InferenceGraph? {
      InferenceGraph(.gather, items: itemCount, tensors: ["item.weight"])
    }

    /// `item.weight`, the weight of an item (row) for another (column): the scores of users who have one item each;
    /// shape: I × I.
    public var inferenceTensors: [String: Tensor] {
      let engine = (try? ProductEngine.fastest()) ?? .gsl
      var values: [Float] = []
      values.reserveCapacity(itemCount * itemCount)
      for first in stride(from: 0, to: itemCount, by: 64) {
        let rows = (first..<min(first + 64, itemCount)).map { [$0] }
        values += filtered(SparseRows(columnCount: itemCount, rows: rows), using: engine).elements
      }
      return ["item.weight": Tensor(shape: [itemCount, itemCount], values: values)]
    }

    /// The filtered profiles, some users at a time; shape: B × I.
    public func scores(for profiles: Profiles, using engine: ProductEngine) throws -> Matrix<Float> {
      let users = profiles.items.rowCount
      var scores = Matrix<Float>(rows: users, columns: itemCount)
      for first in stride(from: 0, to: users, by: 64) {
        let part = profiles.items.selecting(rows: first..<min(first + 64, users))
        scores.copy(filtered(part, using: engine), toRow: first)
      }
      return scores
    }

    private func filtered(_ users: SparseRows, using engine: ProductEngine) -> Matrix<Float> {
      let powers = graph.degrees.map { $0 == 0 ? 0 : pow(Double($0), degreeExponent) }
      // One user per column, so that each sparse row is read once for all of them.
      var signals = Matrix<Float>(rows: itemCount, columns: users.rowCount)
      for user in 0..<users.rowCount {
        for entry in users.range(ofRow: user) {
          let item = Int(users.indices[entry])
          if powers[item] > 0 { signals[item, user] = users.value(at: entry) / Float(powers[item]) }
        }
      }
      var sum = graph.filtered(signals, by: coefficients)
      if vectors.rows > 0, idealWeight != 0 {
        var shares = Matrix<Float>(rows: vectors.rows, columns: users.rowCount)
        engine.multiply(vectors, signals, into: &shares)
        engine.multiply(transposing: vectors, shares, into: &signals)
        sum.add(signals, scale: idealWeight)
      }
      for (item, power) in powers.enumerated() { sum.scale(row: item, by: Float(power)) }
      return sum.transposed()
    }
  }
}
