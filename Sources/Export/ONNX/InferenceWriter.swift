import Autoencoders
import Compute
import FileFormats

/// Converts the operations of an ``InferenceGraph`` to those of ONNX.
struct InferenceWriter {
  /// A value of the description.
  private enum Value {
    /// As a sparse row: the weight of each item of ``RowInput/places``.
    case row(weights: String)
    /// As a matrix, users × width.
    case matrix(String)
  }

  private let inference: InferenceGraph
  private let tensors: [String: Tensor]
  private let items: Int
  private let row: RowInput?
  private var values: [Int: Value] = [:]
  /// ±∞ for the items that users have and for padding; shape: as ``RowInput/places``.
  private var bounds: String?

  /// - Parameter row: the users' rows; `nil` where values are given by ``set(_:to:)``.
  init(_ inference: InferenceGraph, _ tensors: [String: Tensor], items: Int, row: RowInput?) {
    (self.inference, self.tensors, self.items, self.row) = (inference, tensors, items, row)
    if let row { values[0] = .row(weights: row.weights) }
  }

  /// Sets a value, so that its inputs need not be computed.
  mutating func set(_ value: Int, to name: String) { values[value] = .matrix(name) }

  /// Adds the operations that lead to a value, and returns its name.
  ///
  /// Without rows, operations that subtract or mask them are left out.
  mutating func value(_ wanted: Int, _ graph: inout GraphBuilder) -> String {
    for (place, step) in inference.steps(to: wanted) where values[place + 1] == nil {
      // Operations before a given value.
      guard row != nil || step.reads.allSatisfy({ values[$0] != nil }) else { continue }
      values[place + 1] = apply(step, &graph)
    }
    switch values[wanted] {
    case .matrix(let name): return name
    case .row, nil: preconditionFailure("value \(wanted) of \(inference.steps.count) is no matrix")
    }
  }

  private mutating func apply(_ step: InferenceGraph.Step, _ graph: inout GraphBuilder) -> Value {
    if case .normalise = step.operation, case .row(let weights) = values[step.reads[0]] {
      return .row(weights: normalised(weights, &graph))
    }
    if case .gather = step.operation, let row, case .row(let weights) = values[step.reads[0]] {
      return .matrix(gathered(step, weights, row, &graph))
    }
    if case .constant = step.operation, let row { return .matrix(constant(step, row, &graph)) }
    return .matrix(computed(step, sum(step.reads, &graph), &graph))
  }

  /// The result of an operation on matrices.
  private mutating func computed(
    _ step: InferenceGraph.Step, _ x: String, _ graph: inout GraphBuilder
  ) -> String {
    switch step.operation {
    case .normalise, .gather, .constant: preconditionFailure("\(step.operation) of a matrix")
    case .userVector(let unseen): return withUser(x, step, unseen, &graph)
    case .dense:
      let weights = step.tensors.map { tensor($0, &graph) }
      return graph.apply("Gemm", [x] + weights, [.whole("transB", 1)], as: "dense")
    case .activation(.identity): return x
    case .activation(.tanh): return graph.apply("Tanh", [x], as: "tanh")
    case .activation(.sigmoid): return graph.apply("Sigmoid", [x], as: "sigmoid")
    case .activation(.relu): return graph.apply("Relu", [x], as: "relu")
    case .gate:
      let values = slice(x, 0..<step.width, &graph)
      let gates = graph.apply("Sigmoid", [slice(x, step.width..<2 * step.width, &graph)], as: "gates")
      return graph.apply("Mul", [values, gates], as: "gated")
    case .swish: return graph.apply("Mul", [x, graph.apply("Sigmoid", [x], as: "sigmoid")], as: "swish")
    case .normalisation(let epsilon): return layerNormalised(x, step, Float(epsilon), &graph)
    case .slice(let range): return slice(x, range, &graph)
    case .clamp(let range):
      let least = graph.number(Float(range.lowerBound), as: "least")
      return graph.apply("Clip", [x, least, graph.number(Float(range.upperBound), as: "most")], as: "clamped")
    case .subtractRow: return withoutRow(x, &graph)
    case .standardise(let largest): return standardised(x, byLargest: largest, &graph)
    case .scale(let factor): return graph.apply("Mul", [x, graph.number(factor, as: "factor")], as: "scaled")
    }
  }

  private func sum(_ reads: [Int], _ graph: inout GraphBuilder) -> String {
    let names = reads.map { place in
      switch values[place] {
      case .matrix(let name): name
      case .row, nil: preconditionFailure("value \(place) is no matrix")
      }
    }
    return names.dropFirst().reduce(names[0]) { graph.apply("Add", [$0, $1], as: "sum") }
  }

  private func tensor(_ name: String, _ graph: inout GraphBuilder) -> String {
    guard let found = tensors[name] else { preconditionFailure("tensor \(name) is missing") }
    return graph.tensor(name, found)
  }

  // MARK: Operations on rows

  private func normalised(_ weights: String, _ graph: inout GraphBuilder) -> String {
    let squares = graph.apply("Mul", [weights, weights], as: "squares")
    let sum = graph.apply("ReduceSum", [squares, graph.wholes([1], as: "row_axis")], as: "sum_of_squares")
    let norm = graph.apply("Sqrt", [sum], as: "norm")
    // A row without items is unchanged.
    let divisor = graph.apply("Max", [norm, graph.number(.leastNormalMagnitude, as: "smallest")], as: "divisor")
    return graph.apply("Div", [weights, divisor], as: "normalised_row")
  }

  private func gathered(
    _ step: InferenceGraph.Step, _ weights: String, _ row: RowInput, _ graph: inout GraphBuilder
  ) -> String {
    let own = graph.apply("Gather", [tensor(step.tensors[0], &graph), row.places], as: "rows_of_items")
    let axis = graph.wholes([1], as: "middle_axis")
    let factors = graph.apply("Unsqueeze", [weights, axis], as: "factors")
    let product = graph.apply("MatMul", [factors, own], as: "weighted_rows")
    let sum = graph.apply("Squeeze", [product, axis], as: "gathered")
    return step.tensors.count == 1 ? sum : graph.apply("Add", [sum, tensor(step.tensors[1], &graph)], as: "first")
  }

  private func withoutRow(_ x: String, _ graph: inout GraphBuilder) -> String {
    guard let row else { return x }
    let negative = graph.apply("Neg", [row.weights], as: "negative_row")
    return graph.apply(
      "ScatterElements", [x, row.places, negative], [.whole("axis", 1), .text("reduction", "add")], as: "without_row")
  }

  private func constant(_ step: InferenceGraph.Step, _ row: RowInput, _ graph: inout GraphBuilder) -> String {
    let parts = step.tensors.map { tensor($0, &graph) }
    let sum = parts.dropFirst().reduce(parts[0]) { graph.apply("Add", [$0, $1], as: "sum") }
    let width = graph.wholes([step.width], as: "width")
    let shape = graph.apply("Concat", [row.batch, width], [.whole("axis", 0)], as: "shape")
    return graph.apply("Expand", [sum, shape], as: "constant")
  }

  /// Masks the items that users have with −∞.
  mutating func masked(_ x: String, _ graph: inout GraphBuilder) -> String {
    guard let row else { return x }
    if bounds == nil {
      let least = graph.number(-.infinity, as: "never")
      bounds = graph.apply("Where", [row.isItem, least, graph.number(.infinity, as: "anything")], as: "bounds")
    }
    return graph.apply(
      "ScatterElements", [x, row.places, bounds ?? ""], [.whole("axis", 1), .text("reduction", "min")], as: "masked")
  }

  // MARK: Operations on matrices

  private func withUser(
    _ x: String, _ step: InferenceGraph.Step, _ unseen: UserVectors, _ graph: inout GraphBuilder
  ) -> String {
    let name = step.tensors[0]
    guard let users = row?.users else {
      return unseen == .zero ? x : graph.apply("Add", [x, meanUser(name, &graph)], as: "with_user")
    }
    let zero = graph.whole(0, as: "first_user")
    let known = graph.apply("GreaterOrEqual", [users, zero], as: "is_known")
    let isKnown = graph.apply("Unsqueeze", [known, graph.wholes([1], as: "user_axis")], as: "has_vector")
    let places = graph.apply("Max", [users, zero], as: "rows_of_users")
    let own = graph.apply("Gather", [tensor(name, &graph), places], as: "user_vectors")
    let other = unseen == .zero ? graph.number(0, as: "nobody") : meanUser(name, &graph)
    let vectors = graph.apply("Where", [isKnown, own, other], as: "vectors_in_use")
    return graph.apply("Add", [x, vectors], as: "with_user")
  }

  private func meanUser(_ name: String, _ graph: inout GraphBuilder) -> String {
    guard let users = tensors[name] else { preconditionFailure("tensor \(name) is missing") }
    let (rows, columns) = (users.shape[0], users.shape[1])
    // As in the model itself: sums in single precision, user by user.
    var mean = [Float](repeating: 0, count: columns)
    for row in 0..<rows { for column in 0..<columns { mean[column] += users.values[row * columns + column] } }
    if rows > 0 { for column in 0..<columns { mean[column] *= 1 / Float(rows) } }
    return graph.tensor("\(name).mean", Tensor(shape: [columns], values: mean))
  }

  private func slice(_ x: String, _ range: Range<Int>, _ graph: inout GraphBuilder) -> String {
    let start = graph.wholes([range.lowerBound], as: "start")
    let end = graph.wholes([range.upperBound], as: "end")
    return graph.apply("Slice", [x, start, end, graph.wholes([1], as: "slice_axis")], as: "slice")
  }

  private func layerNormalised(
    _ x: String, _ step: InferenceGraph.Step, _ epsilon: Float, _ graph: inout GraphBuilder
  ) -> String {
    let axis = graph.wholes([1], as: "width_axis")
    let mean = graph.apply("ReduceMean", [x, axis], as: "mean_of_layer")
    let distance = graph.apply("Sub", [x, mean], as: "distance")
    let squares = graph.apply("Mul", [distance, distance], as: "squares")
    let variance = graph.apply("ReduceMean", [squares, axis], as: "variance")
    let added = graph.apply("Add", [variance, graph.number(epsilon, as: "epsilon")], as: "variance_and_epsilon")
    let even = graph.apply("Div", [distance, graph.apply("Sqrt", [added], as: "deviation")], as: "standardised")
    let scaled = graph.apply("Mul", [even, tensor(step.tensors[0], &graph)], as: "scaled")
    return graph.apply("Add", [scaled, tensor(step.tensors[1], &graph)], as: "normalised")
  }

  /// In double precision, as in the model itself.
  private mutating func standardised(_ x: String, byLargest count: Int, _ graph: inout GraphBuilder) -> String {
    let double = GraphBuilder.Attribute.whole("to", ElementType.double.rawValue)
    let axis = graph.wholes([1], as: "item_axis")
    let masked = masked(x, &graph)
    let length = graph.wholes([min(count, items)], as: "scale_length")
    let top = graph.largest(of: masked, count: length).values
    let isNone = graph.apply("IsInf", [top], as: "is_none")
    let none = graph.double(0, as: "zero")
    let isThere = graph.apply("Cast", [graph.apply("Not", [isNone], as: "is_there")], [double], as: "there")
    let number = graph.apply("ReduceSum", [isThere, axis], as: "number")
    let least = graph.apply("Max", [number, graph.double(1, as: "one")], as: "number_or_one")
    let numbers = graph.apply(
      "Where", [isNone, none, graph.apply("Cast", [top], [double], as: "largest_numbers")], as: "numbers")
    func deviation(_ distance: String, _ graph: inout GraphBuilder, over number: String?) -> String {
      let squares = graph.apply("Mul", [distance, distance], as: "squares")
      guard let number else {
        return graph.apply("Sqrt", [graph.apply("ReduceMean", [squares, axis], as: "variance")], as: "deviation")
      }
      let sum = graph.apply("ReduceSum", [squares, axis], as: "sum_of_squares")
      return graph.apply("Sqrt", [graph.apply("Div", [sum, number], as: "variance")], as: "deviation")
    }
    let sum = graph.apply("ReduceSum", [numbers, axis], as: "sum_of_largest")
    let ownMean = graph.apply("Div", [sum, least], as: "mean_of_largest")
    let distance = graph.apply("Sub", [numbers, ownMean], as: "distance")
    let ownDeviation = deviation(
      graph.apply("Mul", [distance, isThere], as: "own_distance"), &graph, over: least)
    let all = graph.apply("Cast", [x], [double], as: "all_numbers")
    let fullMean = graph.apply("ReduceMean", [all, axis], as: "mean_of_all")
    let fullDeviation = deviation(graph.apply("Sub", [all, fullMean], as: "distance"), &graph, over: nil)
    func isAlike(_ deviation: String, _ mean: String, _ graph: inout GraphBuilder) -> String {
      let size = graph.apply("Abs", [mean], as: "size")
      let most = graph.apply("Mul", [size, graph.double(1e-6, as: "tolerance")], as: "most_alike")
      return graph.apply("LessOrEqual", [deviation, most], as: "is_alike")
    }
    let isAlikeByLargest = isAlike(ownDeviation, ownMean, &graph)
    let mean = graph.apply("Where", [isAlikeByLargest, fullMean, ownMean], as: "mean_in_use")
    let scale = graph.apply("Where", [isAlikeByLargest, fullDeviation, ownDeviation], as: "deviation_in_use")
    let isFlat = isAlike(scale, mean, &graph)
    let one = graph.double(1, as: "one")
    let divisor = graph.apply("Where", [isFlat, one, scale], as: "divisor")
    let factor = graph.apply("Where", [isFlat, none, graph.apply("Div", [one, divisor], as: "inverse")], as: "factor")
    let centred = graph.apply("Sub", [all, mean], as: "centred")
    let even = graph.apply("Mul", [centred, factor], as: "standardised")
    return graph.apply("Cast", [even], [.whole("to", ElementType.float.rawValue)], as: "standardised_scores")
  }
}
