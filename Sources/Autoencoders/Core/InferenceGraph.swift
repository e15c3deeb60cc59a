public import Compute

/// The operations of a fitted model, from a user's row to the scores of all items, for showing or exporting a model
/// without running it.
///
/// Values are numbered in order: 0 is the user's row (I items), `k` is the output of step `k − 1`. Tensors have their
/// names in files (``NamedTensors``, ``FittedModel/inferenceTensors``). There are no random draws and no corruption.
public struct InferenceGraph: Sendable, Equatable {
  /// An operation on values of one user.
  public enum Operation: Sendable, Equatable {
    /// The row divided by its Euclidean norm; a row without items is unchanged.
    case normalise
    /// `Σ xᵢ Wᵢ + b` over the user's items; `weight` holds W, items × outputs, the transpose of a ``dense`` weight.
    /// Without a second tensor, there is no b.
    case gather
    /// The user's row of `user.weight` added; for an unseen user, the vector given by ``UserVectors``.
    case userVector(unseen: UserVectors)
    /// `x Wᵀ + b`; `weight` holds W, outputs × inputs. Without a second tensor, there is no b.
    case dense
    /// `g(x)`, element by element.
    case activation(Activation)
    /// `a ⊙ σ(c)` of inputs `[a | c]`.
    case gate
    /// `x ⊙ σ(x)`.
    case swish
    /// `(x − mean) / √(variance + ε) ⊙ weight + bias`; the variance divides by the width.
    case normalisation(epsilon: Double)
    /// Some of the elements, in order.
    case slice(Range<Int>)
    /// Each element clipped to a range.
    case clamp(ClosedRange<Double>)
    /// The user's original row subtracted, without normalisation.
    case subtractRow
    /// The sum of its tensors, independent of the input; a tensor with a single number applies to all elements.
    case constant
    /// `(x − mean) / deviation`, both computed from the given number of largest elements of items that the user does
    /// not have; if these are all equal, from all elements; 0 if those are equal as well. Equal means a deviation of at
    /// most 10⁻⁶ |mean|.
    case standardise(largest: Int)
    /// `c x`.
    case scale(Float)

    /// The number of its tensors in a layer; `weight` before `bias`.
    var tensorCount: Int {
      switch self {
      case .gather, .dense, .normalisation: 2
      case .userVector: 1
      case .normalise, .activation, .gate, .swish, .slice, .clamp, .subtractRow, .constant, .standardise, .scale: 0
      }
    }
  }

  /// One operation in the graph.
  public struct Step: Sendable, Equatable {
    /// The operation.
    public let operation: Operation
    /// The values that it reads, which are first added up.
    public let reads: [Int]
    /// The number of outputs.
    public let width: Int
    /// The names of its tensors.
    public let tensors: [String]
  }

  /// The operations, first to last; the last one yields the logits.
  public private(set) var steps: [Step] = []
  /// The value that is the code, a point or the mean of the posterior; the operations after it are the decoder.
  ///
  /// 0 without a code.
  public private(set) var code = 0
  /// The value that is the log-variance of the posterior; `nil` for points.
  public private(set) var logVariance: Int?
  /// The likelihood of the logits; `nil` if they are only scores.
  public let likelihood: Likelihood?

  /// The graph of a design for a number of items.
  public init<Latent>(_ design: Design<Latent>, items: Int) {
    likelihood = design.likelihood
    let (architecture, latent) = (design.architecture, design.latent)
    if design.normalisesInput { append(.normalise, width: items) }
    append(.gather, width: architecture.inputWidth, tensors: ["encoder.0.weight", "encoder.0.bias"])
    if let unseen = design.userVectors {
      append(.userVector(unseen: unseen), width: architecture.inputWidth, tensors: ["user.weight"])
    }
    for operation in architecture.inputActivation.operations { append(operation, width: architecture.inputWidth) }
    append(architecture.encoder, architecture.placed(in: .encoder))
    if Latent.kind == .distribution {
      let head = steps.count
      append(.slice(latent..<2 * latent), width: latent)
      append(.clamp(Matrix<Float>.logVarianceRange), width: latent)
      logVariance = steps.count
      append(.slice(0..<latent), reading: [head], width: latent)
    }
    code = steps.count
    append(architecture.decoder, architecture.placed(in: .decoder))
    append(.dense, width: items, tensors: ["weight", "bias"].map { "\(architecture.outputLayer).\($0)" })
  }

  /// The graph of a model without a code, before any of its operations.
  init() { likelihood = nil }

  /// The graph of one operation on the user's row.
  init(_ operation: Operation, items: Int, tensors: [String]) {
    self.init()
    append(operation, width: items, tensors: tensors)
  }

  /// The steps after the code.
  public var decoder: ArraySlice<Step> { steps[code...] }

  /// The steps that lead to a value, without those that it does not depend on.
  public func steps(to value: Int) -> [(place: Int, step: Step)] {
    var needed: Set<Int> = [value]
    for place in (0..<value).reversed() where needed.contains(place + 1) { needed.formUnion(steps[place].reads) }
    return (0..<value).filter { needed.contains($0 + 1) }.map { ($0, steps[$0]) }
  }

  /// Marks the value that is the code.
  mutating func markCode(_ value: Int) { code = value }

  /// Adds the operations of another graph over the same row.
  ///
  /// - Parameter prefix: the prefix of its tensor names here.
  /// - Returns: the output of its last operation.
  mutating func append(_ other: InferenceGraph, prefix: String) -> Int {
    let start = steps.count
    for step in other.steps {
      let reads = step.reads.map { $0 == 0 ? 0 : $0 + start }
      append(step.operation, reading: reads, width: step.width, tensors: step.tensors.map { prefix + $0 })
    }
    return steps.count
  }

  /// Adds an operation.
  ///
  /// - Parameter reads: the values that it reads; by default the last one.
  mutating func append(_ operation: Operation, reading reads: [Int]? = nil, width: Int, tensors: [String] = []) {
    steps.append(Step(operation: operation, reads: reads ?? [steps.count], width: width, tensors: tensors))
  }

  private mutating func append(_ stack: LayerStack, _ parameters: [[Parameter]]) {
    var places = [steps.count]
    for (index, step) in stack.steps.enumerated() {
      var left = parameters[index][...]
      for (place, operation) in step.layer.operations.enumerated() {
        let own = left.prefix(operation.tensorCount)
        left = left.dropFirst(own.count)
        append(
          operation, reading: [steps.count] + (place == 0 ? step.skips.map { places[$0] } : []),
          width: operation == .dense ? own.first?.rows ?? 0 : stack.widths[index + 1], tensors: own.map(\.name))
      }
      places.append(steps.count)
    }
  }
}

extension Activation {
  /// The activation as an operation; `nil` for the identity.
  var operations: [InferenceGraph.Operation] { self == .identity ? [] : [.activation(self)] }
}

extension Autoencoder {
  /// The computation of the model, operation by operation.
  public var graph: InferenceGraph { InferenceGraph(design, items: itemCount) }
}
