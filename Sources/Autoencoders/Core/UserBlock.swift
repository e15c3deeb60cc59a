import Compute
import InteractionData

/// The activations of a few users in the network, kept for the backward pass.
///
/// A batch is divided into blocks (``UserPieces``), and one worker computes a block from the wide input layer's sums to the last
/// hidden layer. Shared values (gradients of the small layers) are added up in block order.
struct UserBlock<Latent: LatentSpace, S: Scalar>: Sendable {
  /// The rows of the batch.
  var batchRows: Range<Int> = 0..<0
  /// The input of the network: normalised and corrupted.
  var input = BatchRows<S>()
  /// The cells of the loss, with the clean values.
  var target = BatchRows<S>()
  /// ``input`` and ``target`` by item shards, in training.
  private(set) var divided = (input: DividedRows<S>(), target: DividedRows<S>())
  /// Each user's row in the user vectors, or −1.
  var userRows: [Int] = []

  /// The outputs of the wide input layer; shape: b × H.
  var first: Matrix<S>
  var encoder: StackTrace<S>
  var latent: LatentTrace<S>
  var decoder: StackTrace<S>

  /// ∂loss/∂(pre-activation) of the wide input layer, for the sparse gradient; shape: b × H.
  var inputDelta: Matrix<S>
  private var inputBiasGradient: Matrix<S>

  private(set) var priorGradients: [Matrix<S>] = []
  /// The factor of each user's divergence weight; empty if all are equal.
  private var factors: [Double] = []

  private let design: Design<Latent>
  private let inputActivation: Activation

  init(_ design: Design<Latent>, rows: Int, forTraining: Bool) {
    self.design = design
    let architecture = design.architecture
    inputActivation = architecture.inputActivation
    let width = architecture.inputWidth
    first = Matrix(rows: rows, columns: width)
    encoder = StackTrace(architecture.encoder, parametersFrom: 1, rows: rows, forTraining: forTraining)
    decoder = StackTrace(
      architecture.decoder, parametersFrom: encoder.parametersEnd, rows: rows, forTraining: forTraining)
    latent = LatentTrace(rows: rows, latent: design.latent)
    inputDelta = Matrix(rows: rows, columns: forTraining ? width : 0)
    inputBiasGradient = Matrix(rows: 1, columns: forTraining ? width : 0)
  }

  /// The number of users.
  var count: Int { input.rowCount }

  /// The parameters of the codes; shape: b × L·``LatentSpace/outputsPerDimension``.
  var head: Matrix<S> { encoder.output ?? first }

  /// The input of the wide output layer; shape: b × D.
  var output: Matrix<S> { decoder.output ?? latent.z }

  /// ∂loss/∂parameter for every small parameter of the network, in order.
  var gradients: [Matrix<S>] { [inputBiasGradient] + encoder.gradients + decoder.gradients + priorGradients }

  // MARK: Forward

  /// The forward pass from input to code.
  ///
  /// - Parameters:
  ///   - sums: the wide input layer's sums of the whole batch, without bias; shape: B × H.
  ///   - network: the network, possibly without shards.
  mutating func encode(
    sums: Matrix<S>, _ network: Network<S>, unseenUser: Matrix<S>?, multiplier: inout Multiplier<S>
  ) {
    first.copyRows(batchRows, of: sums)
    first.add(bias: network.inputBias)
    if design.userVectors != nil {
      for row in 0..<count {
        if userRows[row] >= 0 {
          first.add(row: userRows[row], of: network.users, toRow: row)
        } else if let unseenUser {
          first.add(row: 0, of: unseenUser, toRow: row)
        }
      }
    }
    first.apply(inputActivation)
    encoder.forward(first, network.parameters, multiplier: &multiplier)
  }

  /// The training pass from the code to the latent vector, after `latent.noise` has been filled.
  mutating func draw(_ network: Network<S>) {
    design.regulariser.forward(&latent, head: head, network.parameters[decoder.parametersEnd...])
  }

  /// The sum over users of their divergences, each times its factor.
  var weightedDivergence: Double {
    factors.isEmpty
      ? latent.divergences.reduce(0, +) : zip(factors, latent.divergences).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The forward pass from `latent.z` to the input of the wide output layer.
  mutating func decode(_ network: Network<S>, multiplier: inout Multiplier<S>) {
    decoder.forward(latent.z, network.parameters, multiplier: &multiplier)
  }

  /// Removes all users from the block.
  mutating func forget() {
    batchRows = 0..<0
    input.removeAll()
    target.removeAll()
    divided = (DividedRows(), DividedRows())
  }

  // MARK: Backward

  /// The backward pass from ∂loss/∂output to the input, which sets ``gradients`` and ``inputDelta``.
  ///
  /// - Parameters:
  ///   - outputDelta: ∂loss/∂output of the whole batch; shape: B × D.
  ///   - reachesEncoder: whether the encoder learns; otherwise its gradients are unchanged.
  ///   - shares: the weight of each user of the batch; `nil` if all have weight 1.
  mutating func backward(
    outputDelta: Matrix<S>, parameters: [Matrix<S>], priorWeight: Double, reachesEncoder: Bool, shares: [Double]? = nil,
    multiplier: inout Multiplier<S>
  ) {
    var delta = Matrix<S>(rows: count, columns: output.columns)
    delta.copyRows(batchRows, of: outputDelta)
    if let shares { for row in 0..<count { delta.scale(row: row, by: S(shares[batchRows.lowerBound + row])) } }
    delta = decoder.backward(delta, input: latent.z, parameters, multiplier: &multiplier)
    let outputs = head
    var headDelta = Matrix<S>(rows: count, columns: outputs.columns)
    priorGradients = design.regulariser.backward(
      latent, head: outputs, parameters[decoder.parametersEnd...], gradient: delta,
      weights: divergenceWeights(priorWeight, shares), into: &headDelta)
    guard reachesEncoder else { return }
    backward(headDelta: headDelta, parameters: parameters, multiplier: &multiplier)
  }

  /// Each user's weight of the divergence.
  private func divergenceWeights(_ priorWeight: Double, _ shares: [Double]? = nil) -> [Double] {
    let weights = factors.isEmpty ? [Double](repeating: priorWeight, count: count) : factors.map { priorWeight * $0 }
    guard let shares else { return weights }
    return zip(weights, shares[batchRows]).map(*)
  }

  /// The squared norm of each user's gradient of all parameters of this block and of the wide input layer, after the
  /// backward pass; `nil` if a part cannot compute it.
  func squaredNorms(parameters: [Matrix<S>], priorWeight: Double) -> [Double]? {
    let weights = divergenceWeights(priorWeight)
    guard let layers = encoder.squaredNorms(input: first), let others = decoder.squaredNorms(input: latent.z),
      let prior = design.regulariser.squaredNorms(latent, parameters[decoder.parametersEnd...], weights: weights)
    else { return nil }
    return (0..<count).map { row in
      let entries = input.values[input.range(ofRow: row)]
      let read = entries.reduce(0) { $0 + Double($1) * Double($1) }
      return (layers + others).reduce(inputDelta.sumOfSquares(row: row) * (read + 1) + prior[row]) { $0 + $1[row] }
    }
  }

  /// The backward pass from ∂loss/∂``head`` to the input.
  mutating func backward(headDelta: consuming Matrix<S>, parameters: [Matrix<S>], multiplier: inout Multiplier<S>) {
    var delta = encoder.backward(headDelta, input: first, parameters, multiplier: &multiplier)
    delta.backpropagate(through: inputActivation, outputs: first)
    inputBiasGradient.setToColumnSums(of: delta)
    inputDelta = delta
  }

  /// The first place in the forward pass where a number is not finite.
  var firstNonFinite: String? {
    if !first.isFinite { return "output of encoder.0" }
    if let index = encoder.firstNonFinite { return "output of encoder.\(index + 1)" }
    if !latent.z.isFinite { return "latent draw" }
    return decoder.firstNonFinite.map { "output of decoder.\($0)" }
  }
}

extension UserBlock {
  /// Prepares users for evaluation: clean input, no target.
  ///
  /// - Parameter batchRows: the rows of the batch, if they are not all of it.
  mutating func load(_ profiles: Profiles, batchRows: Range<Int>? = nil) {
    self.batchRows = batchRows ?? 0..<profiles.items.rowCount
    input.removeAll()
    for row in 0..<profiles.items.rowCount {
      appendClean(row, of: profiles.items)
      input.endRow()
    }
    userRows =
      profiles.trainingRows.map { $0.map { $0 ?? -1 } }
      ?? [Int](repeating: -1, count: profiles.items.rowCount)
  }

  private mutating func appendClean(_ row: Int, of items: SparseRows) {
    input.append(row, of: items, scaledBy: S(inputFactor(row, of: items)))
  }

  /// 1/‖x‖ for designs that normalise, otherwise 1.
  ///
  /// An empty row stays empty.
  private func inputFactor(_ row: Int, of items: SparseRows) -> Double {
    design.normalisesInput ? 1 / max(items.sumOfSquares(ofRow: row).squareRoot(), 1e-12) : 1
  }

  /// Prepares users for training: normalised and corrupted input, clean target, latent noise.
  ///
  /// - Parameters:
  ///   - rows: the users, as rows of `data`.
  ///   - clean: the target of the loss, if it is not the input; same shape as `data`.
  ///   - noise: the source of random numbers.
  mutating func load(
    _ rows: ArraySlice<Int>, of data: SparseRows, target clean: SparseRows?, corrupts: Bool, noise: NoiseSource,
    block: Int
  ) {
    let corruptor = corrupts ? design.corruption : .none
    input.removeAll()
    target.removeAll()
    userRows = Array(rows)
    factors = rows.compactMap { row in
      design.regulariser.factor(total: data.range(ofRow: row).reduce(0) { $0 + Double(data.value(at: $1)) })
    }
    var corruption = noise.stream(.corruption, block)
    var negatives = noise.stream(.negatives, block)
    var given = noise.givenMask(batchRows: batchRows)
    for row in rows {
      let factor = S(inputFactor(row, of: data))
      switch (corruptor, noise) {
      case (.none, .drawn):
        input.append(row, of: data, scaledBy: factor)
      case (.masking(let rate, let scale), .drawn):
        input.append(row, of: data, scaledBy: factor, leavingOut: rate, scale: S(scale), using: &corruption)
      default:
        for position in data.range(ofRow: row) {
          let value = S(data.value(at: position)) * factor
          let corrupted: S? =
            if let kept = given.next() {
              kept ? value * S(corruptor.keptScale) : nil
            } else {
              corruptor.apply(to: value, using: &corruption)
            }
          if let corrupted { input.append(column: data.indices[position], value: corrupted) }
        }
      }
      if case .sampled(let perPositive) = design.cells {
        appendSampled(row, of: clean ?? data, perPositive: perPositive, using: &negatives)
      } else {
        target.append(row, of: clean ?? data, scaledBy: 1)
      }
      input.endRow()
      target.endRow()
    }
    let width = ItemShard<S>.width(items: data.columnCount)
    divided.input.divide(input, width: width, columns: data.columnCount)
    divided.target.divide(target, width: width, columns: data.columnCount)
    if Latent.outputsPerDimension > 1 {
      latent.noise.reshape(rows: rows.count)
      if !noise.copyGivenLatent(batchRows: batchRows, into: &latent.noise) {
        var random = noise.stream(.latentNoise, block)
        random.fillGaussian(&latent.noise)
      }
    }
  }

  /// A user's items as ones, and sampled other items as zeros, in ascending order.
  private mutating func appendSampled(
    _ row: Int, of data: SparseRows, perPositive: Int, using random: inout RandomSource
  ) {
    let positives = data.indices(ofRow: row)
    let wanted = min(perPositive * positives.count, data.columnCount - positives.count)
    let known = Set(positives)
    var drawn = Set<Int32>()
    for _ in 0..<max(0, wanted) {
      var item = Int32(random.integer(below: data.columnCount))
      while known.contains(item) { item = Int32(random.integer(below: data.columnCount)) }
      drawn.insert(item)
    }
    for item in (Array(positives) + drawn).sorted() {
      target.append(column: item, value: known.contains(item) ? 1 : 0)
    }
  }
}
