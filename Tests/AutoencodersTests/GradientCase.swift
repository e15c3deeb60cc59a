import Autoencoders
import Compute
import TestSupport
import Testing

/// A model whose gradients are held against differences, with all that is random held fixed.
struct GradientCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// Every checked entry whose gradient is off, in words.
  let disagreements: @Sendable () throws -> [String]

  /// Several shards of items (64 each), several blocks of users (64 each), and users who are not in the
  /// batch.
  static let (items, users, batchSize) = (210, 150, 135)
  static let seed = Seed(100)

  static let implicit = randomRows(users, items, density: 0.05, seed: 101)
  /// So many items that there are more than sixteen shards, of the full width.
  static let wide = randomRows(30, 10_500, density: 0.002, seed: 103)
  static let ratings = randomRows(users, items, density: 0.05, seed: 102, ratings: [1, 2, 3, 4, 5])

  init<Latent>(
    _ name: String, _ design: Design<Latent>, rated: Bool = false, wide: Bool = false, logVariance: Double? = nil,
    still: Set<String> = []
  ) {
    testDescription = name
    disagreements = {
      let data = wide ? Self.wide : rated ? Self.ratings : Self.implicit
      return try GradientCheck(design, data: data, logVariance: logVariance, still: still).run()
    }
  }
}

/// Compares the gradient of one update with a five-point rule on the loss.
///
/// With h = 1e-3 the rule's truncation, h⁴f⁽⁵⁾/30, and the rounding of a loss of about 100, 1e-14/h, both
/// stay below 1e-10. Plain central differences with h = 1e-6 would round at 1e-8, as much as some gradients
/// here are.
struct GradientCheck<Latent: LatentSpace> {
  private let design: Design<Latent>
  private let data: SparseRows
  private let batch: [Int]
  private var tensors: [String: Matrix<Double>]
  /// Tensors that no loss moves.
  private let still: Set<String>
  private let h = 1e-3
  /// Relative to the entry itself, or to a hundredth of its tensor's largest gradient where the entry is
  /// smaller.
  private let tolerance = 1e-6

  init(_ design: Design<Latent>, data: SparseRows, logVariance: Double?, still: Set<String>) {
    self.design = design
    self.still = still
    self.data = data
    var random = GradientCase.seed.stream(.shuffle)
    batch = Array(random.permutation(data.rowCount).prefix(GradientCase.batchSize))
    let network = Network<Double>(
      design, items: data.columnCount, users: data.rowCount, seed: GradientCase.seed)
    tensors = NamedTensors(network).matrices
    if let logVariance {
      let head = "encoder.\(design.hidden.count).bias"
      for column in design.latent..<2 * design.latent { tensors[head]?[0, column] += logVariance }
    }
  }

  func run() throws -> [String] {
    var step = try trainingStep(tensors)
    let loss = try step.update(rows: batch, of: data, noise: noise).total
    // A sum over n items is rounded about √n times over; for the few hundred items of the other cases that is nothing.
    let rounding = data.columnCount > 1000 ? Double(data.columnCount).squareRoot() * loss.ulp / h : 0
    // After the first update m = (1 − 0.9)·gradient, the penalty's 2λw included.
    let gradients = step.firstMoments.matrices.mapValues { $0.elements.map { $0 / 0.1 } }
    #expect(Set(gradients.keys) == Set(tensors.keys))
    var wrong: [String] = []
    for (name, gradient) in gradients.sorted(by: { $0.key < $1.key }) {
      let scale = gradient.map(abs).max() ?? 0
      #expect((scale > 0) != still.contains(name), "the gradient of \(name) is \(scale) at most")
      for entry in entries(of: gradient, name) {
        let numeric = try slope(name, entry)
        let allowed = tolerance * max(abs(numeric), 0.01 * scale) + rounding
        if !(abs(numeric - gradient[entry]) <= allowed) {
          wrong.append("\(name)[\(entry)]: \(gradient[entry]), by differences \(numeric)")
        }
      }
    }
    return wrong
  }

  private var noise: NoiseSource { .drawn(seed: GradientCase.seed, update: 3) }

  private func trainingStep(_ tensors: [String: Matrix<Double>]) throws -> TrainingStep<Latent, Double> {
    TrainingStep(
      design,
      network: try Network<Double>(
        design, items: data.columnCount, users: data.rowCount, tensors: tensors),
      batchSize: batch.count, plannedUpdates: 10, adam: Adam(), processor: Processor(engine: .gsl, threads: 1)
    )
  }

  /// The largest gradient and some drawn ones.
  private func entries(of gradient: [Double], _ name: String) -> [Int] {
    var random = GradientCase.seed.stream(.resampling, name.utf8.reduce(0) { 31 &* $0 &+ Int($1) })
    let largest = gradient.indices.max { abs(gradient[$0]) < abs(gradient[$1]) }
    return [largest].compactMap(\.self) + (0..<5).map { _ in random.integer(below: gradient.count) }
  }

  private func slope(_ name: String, _ entry: Int) throws -> Double {
    func loss(_ steps: Double) throws -> Double {
      var moved = tensors
      if let columns = moved[name]?.columns { moved[name]?[entry / columns, entry % columns] += steps * h }
      var step = try trainingStep(moved)
      return try step.loss(rows: batch, of: data, noise: noise).total + step.penalty
    }
    return try (8 * (loss(1) - loss(-1)) - (loss(2) - loss(-2))) / (12 * h)
  }
}
