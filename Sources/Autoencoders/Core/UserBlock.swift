import Compute
import InteractionData

/// A few users' activations in the network, kept for the backward pass.
///
/// A batch is divided into blocks, and one worker computes a block from the input to the last hidden layer. The division depends on the
/// batch size alone, never on the number of threads; what blocks have in common (gradients of the small layers) is added up
/// in block order.
struct UserBlock<Latent: LatentSpace, S: Scalar>: Sendable {
  /// The number of users in a block: an eighth of the batch, but 16 to 64.
  static func size(batch: Int) -> Int { min(64, max(16, (batch + 7) / 8)) }

  /// Which rows of the batch these are.
  var batchRows: Range<Int> = 0..<0
  /// What the network reads: normalised, corrupted.
  var input = BatchRows<S>()
  /// The cells of the loss, with the clean values.
  var target = BatchRows<S>()
  /// Each user's row in the user vectors, or −1.
  var userRows: [Int] = []

  /// The outputs of the encoder's layers; shapes: b × width.
  var encoded: [Matrix<S>]
  var latent: LatentTrace<S>
  /// The outputs of the decoder's layers before the last; shapes: b × width.
  var decoded: [Matrix<S>]

  /// ∂loss/∂(pre-activation) of the first layer, for the sparse gradient; shape: b × H.
  var inputDelta: Matrix<S>
  var encoderGradients: [DenseLayer<S>]
  var decoderGradients: [DenseLayer<S>]
  var inputBiasGradient: Matrix<S>

  private let design: Design<Latent>

  init(_ design: Design<Latent>, rows: Int, forTraining: Bool) {
    self.design = design
    func matrix(_ width: Int) -> Matrix<S> { Matrix(rows: rows, columns: width) }
    func gradients(_ widths: [Int]) -> [DenseLayer<S>] {
      guard forTraining else { return [] }
      return zip(widths, widths.dropFirst()).map { inputs, outputs in
        DenseLayer(
          weight: Matrix(rows: outputs, columns: inputs), bias: Matrix(rows: 1, columns: outputs))
      }
    }
    encoded = design.encoderWidths.map(matrix)
    decoded = design.decoderWidths.map(matrix)
    latent = LatentTrace(rows: rows, latent: design.latent)
    inputDelta = matrix(forTraining ? design.encoderWidths[0] : 0)
    encoderGradients = gradients(design.encoderWidths)
    decoderGradients = gradients([design.latent] + design.decoderWidths)
    inputBiasGradient = Matrix(rows: 1, columns: forTraining ? design.encoderWidths[0] : 0)
  }

  /// The number of users.
  var count: Int { input.rowCount }

  /// What the output layer reads; shape: b × D.
  var output: Matrix<S> { decoded.last ?? latent.z }

  // MARK: Forward

  /// Takes the users from the input to the last hidden layer.
  ///
  /// - Parameter noisy: whether the latent layer draws; if so `latent.noise` has been filled.
  mutating func forward(
    shards: [ItemShard<S>], inputBias: Matrix<S>, encoder: [DenseLayer<S>], decoder: [DenseLayer<S>],
    users: Matrix<S>, unseenUser: Matrix<S>?, noisy: Bool, multiplier: inout Multiplier<S>
  ) {
    encode(
      shards: shards, inputBias: inputBias, encoder: encoder, users: users, unseenUser: unseenUser,
      multiplier: &multiplier)
    if let outputs = encoded.last {
      Latent.forward(&latent, outputs: outputs, noisy: noisy)
    }
    decode(decoder: decoder, multiplier: &multiplier)
  }

  /// Input to code.
  ///
  /// The first layer is a sum of weight rows over what each user has.
  mutating func encode(
    shards: [ItemShard<S>], inputBias: Matrix<S>, encoder: [DenseLayer<S>], users: Matrix<S>,
    unseenUser: Matrix<S>?, multiplier: inout Multiplier<S>
  ) {
    encoded[0].reshape(rows: count)
    encoded[0].setRows(to: inputBias)
    for shard in shards { encoded[0].gather(input, columns: shard.items, from: shard.inputWeight) }
    if design.userVectors != nil {
      for row in 0..<count {
        if userRows[row] >= 0 {
          encoded[0].add(row: userRows[row], of: users, toRow: row)
        } else if let unseenUser {
          encoded[0].add(row: 0, of: unseenUser, toRow: row)
        }
      }
    }
    encoded[0].apply(design.encoderActivation(0))
    for (index, layer) in encoder.enumerated() {
      encoded[index + 1].reshape(rows: count)
      multiplier.multiply(encoded[index], transposed: layer.weight, into: &encoded[index + 1])
      encoded[index + 1].add(bias: layer.bias)
      encoded[index + 1].apply(design.encoderActivation(index + 1))
    }
  }

  /// `latent.z` to the last hidden layer.
  mutating func decode(decoder: [DenseLayer<S>], multiplier: inout Multiplier<S>) {
    for (index, layer) in decoder.enumerated() {
      decoded[index].reshape(rows: latent.z.rows)
      let below = index == 0 ? latent.z : decoded[index - 1]
      multiplier.multiply(below, transposed: layer.weight, into: &decoded[index])
      decoded[index].add(bias: layer.bias)
      decoded[index].apply(design.activation)
    }
  }

  // MARK: Backward

  /// Takes ∂loss/∂output back to the input, leaving the gradients of the small layers and ``inputDelta``.
  ///
  /// - Parameter parts: the summands of ∂loss/∂output of the whole batch, in order; shapes: B × D.
  mutating func backward(
    parts: [Matrix<S>], encoder: [DenseLayer<S>], decoder: [DenseLayer<S>], priorWeight: Double,
    multiplier: inout Multiplier<S>
  ) {
    var delta = Matrix<S>(rows: count, columns: output.columns)
    delta.setToSum(of: parts, rows: batchRows)
    for index in decoder.indices.reversed() {
      delta.backpropagate(through: design.activation, outputs: decoded[index])
      let below = index == 0 ? latent.z : decoded[index - 1]
      multiplier.multiply(transposing: delta, below, into: &decoderGradients[index].weight)
      decoderGradients[index].bias.setToColumnSums(of: delta)
      var next = Matrix<S>(rows: count, columns: below.columns)
      multiplier.multiply(delta, decoder[index].weight, into: &next)
      delta = next
    }
    let outputs = encoded[encoded.count - 1]
    var head = Matrix<S>(rows: count, columns: outputs.columns)
    Latent.backward(
      latent, outputs: outputs, gradient: delta, priorWeight: priorWeight, into: &head)
    delta = head
    for index in encoder.indices.reversed() {
      delta.backpropagate(
        through: design.encoderActivation(index + 1), outputs: encoded[index + 1])
      multiplier.multiply(transposing: delta, encoded[index], into: &encoderGradients[index].weight)
      encoderGradients[index].bias.setToColumnSums(of: delta)
      var next = Matrix<S>(rows: count, columns: encoded[index].columns)
      multiplier.multiply(delta, encoder[index].weight, into: &next)
      delta = next
    }
    delta.backpropagate(through: design.encoderActivation(0), outputs: encoded[0])
    inputBiasGradient.setToColumnSums(of: delta)
    inputDelta = delta
  }
}

extension UserBlock {
  /// Prepares users for evaluation: clean input, no target.
  mutating func load(_ profiles: Profiles) {
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
    let factor = S(inputFactor(row, of: items))
    for position in items.range(ofRow: row) {
      input.append(
        column: items.indices[position], value: S(items.value(at: position)) * factor)
    }
  }

  /// 1/‖x‖ for designs that normalise, otherwise 1.
  ///
  /// An empty row stays empty.
  private func inputFactor(_ row: Int, of items: SparseRows) -> Double {
    guard design.normalisesInput else { return 1 }
    var sum = 0.0
    for position in items.range(ofRow: row) {
      sum += Double(items.value(at: position)) * Double(items.value(at: position))
    }
    return 1 / max(sum.squareRoot(), 1e-12)
  }

  /// Prepares users for training: normalised and corrupted input, clean target, latent noise.
  ///
  /// - Parameters:
  ///   - rows: the users, as rows of `data`.
  ///   - noise: the source of random draws.
  mutating func load(
    _ rows: ArraySlice<Int>, of data: SparseRows, noise: NoiseSource, block: Int
  ) {
    input.removeAll()
    target.removeAll()
    userRows = Array(rows)
    var corruption = noise.stream(.corruption, block)
    var negatives = noise.stream(.negatives, block)
    var given = noise.givenMask(batchRows: batchRows)
    for row in rows {
      let factor = inputFactor(row, of: data)
      for position in data.range(ofRow: row) {
        let item = data.indices[position]
        let value = S(data.value(at: position))
        let normalised = value * S(factor)
        let corrupted =
          if let kept = given.next() {
            kept ? normalised * S(design.corruption.keptScale) : 0
          } else {
            design.corruption.apply(to: normalised, using: &corruption)
          }
        if corrupted != 0 { input.append(column: item, value: corrupted) }
        if case .sampled = design.cells { continue }
        target.append(column: item, value: value)
      }
      if case .sampled(let perPositive) = design.cells {
        appendSampled(row, of: data, perPositive: perPositive, using: &negatives)
      }
      input.endRow()
      target.endRow()
    }
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
