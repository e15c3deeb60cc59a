import Compute

/// The pseudo-inputs of a prior in the encoder: users without items, whose sums in the wide input layer are a parameter
/// (``Prior/pseudoInputs``).
struct PseudoInputs<Latent: LatentSpace, S: Scalar>: Sendable {
  /// The index of the small parameter with these sums, the prior's first; the output of the encoder replaces it.
  let place: Int
  private var block: UserBlock<Latent, S>

  /// `nil` for a design whose prior has none.
  init?(_ design: Design<Latent>, forTraining: Bool) {
    let count = design.regulariser.pseudoInputs
    guard count > 0 else { return nil }
    block = UserBlock(design, rows: count, forTraining: forTraining)
    place = block.decoder.parametersEnd
    block.batchRows = 0..<count
    for _ in 0..<count { block.input.endRow() }
    block.userRows = [Int](repeating: -1, count: count)
  }

  /// Replaces the pseudo-inputs by the encoder's output for them.
  mutating func encode(_ network: inout Network<S>, multiplier: inout Multiplier<S>) {
    block.encode(sums: network.parameters[place], network, unseenUser: nil, multiplier: &multiplier)
    network.parameters[place] = block.head
  }

  /// The backward pass from the prior to the pseudo-inputs and the encoder.
  ///
  /// - Parameters:
  ///   - users: the blocks of a batch, each with its part of the prior's gradients.
  ///   - parameters: the parameters after ``encode(_:multiplier:)``.
  ///   - noise: added to the sum of the users' parts; later steps do not depend on users directly.
  mutating func backward(
    from users: [UserBlock<Latent, S>], parameters: [Matrix<S>], noise: UpdateNoise? = nil,
    multiplier: inout Multiplier<S>
  ) {
    var delta = Matrix<S>(rows: block.head.rows, columns: block.head.columns)
    for user in users { delta.add(user.priorGradients[0]) }
    noise?.draws(for: .small(place)).add(to: &delta)
    block.backward(headDelta: delta, parameters: parameters, multiplier: &multiplier)
  }

  /// The terms of the gradient of a small parameter, in order.
  ///
  /// - Parameter users: the parts of the blocks of users.
  func gradients(of index: Int, with users: [Matrix<S>]) -> [Matrix<S>] {
    if index == place { return [block.inputDelta] }
    return index < block.encoder.parametersEnd ? users + [block.gradients[index]] : users
  }
}

extension Network {
  /// The parameters of the prior, with the encoder's output in place of the pseudo-inputs.
  func priorParameters<Latent>(_ design: Design<Latent>, using engine: ProductEngine) -> ArraySlice<Matrix<S>> {
    var network = self
    if var pseudo = PseudoInputs<Latent, S>(design, forTraining: false) {
      var multiplier = Multiplier<S>(engine)
      pseudo.encode(&network, multiplier: &multiplier)
    }
    let first = described.firstIndex { $0.group == .prior } ?? described.count
    return network.parameters[first...]
  }
}
