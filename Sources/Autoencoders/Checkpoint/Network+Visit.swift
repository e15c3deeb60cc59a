import Compute

extension Network {
  /// Shows every matrix under a name of its own, shard by shard as training holds them.
  ///
  /// `shard.S.input` (items × H), `shard.S.output` (items × D), `shard.S.bias` (1 × items), `input.bias` (1 × H),
  /// `encoder.K.weight`, `encoder.K.bias` and the same for the decoder, `user.weight` (U × H). Nothing is put together, so
  /// nothing is copied.
  mutating func visit(_ body: (_ name: String, _ matrix: inout Matrix<S>) throws -> Void) rethrows {
    for index in shards.indices {
      try body("shard.\(index).input", &shards[index].inputWeight)
      try body("shard.\(index).output", &shards[index].outputWeight)
      try body("shard.\(index).bias", &shards[index].outputBias)
    }
    try body("input.bias", &inputBias)
    for index in encoder.indices {
      try body("encoder.\(index + 1).weight", &encoder[index].weight)
      try body("encoder.\(index + 1).bias", &encoder[index].bias)
    }
    for index in decoder.indices {
      try body("decoder.\(index).weight", &decoder[index].weight)
      try body("decoder.\(index).bias", &decoder[index].bias)
    }
    try body("user.weight", &users)
  }
}

extension TrainingStep {
  /// Adam's moments, in the shape of the network.
  var moments: (first: Network<S>, second: Network<S>) {
    (moments { $0.first }, moments { $0.second })
  }

  private func moments(_ part: (AdamMoments<S>) -> Matrix<S>) -> Network<S> {
    func layer(_ layer: TrainedLayer<S>) -> DenseLayer<S> {
      DenseLayer(weight: part(layer.weight.moments), bias: part(layer.bias.moments))
    }
    return Network(
      shards: workers.map {
        ItemShard(
          items: $0.shard.items, inputWeight: part($0.inputMoments), outputWeight: part($0.outputMoments),
          outputBias: part($0.biasMoments))
      },
      inputBias: part(inputBias.moments), encoder: encoder.map(layer), decoder: decoder.map(layer),
      users: part(users.moments))
  }

  /// Restores stored weights and moments.
  ///
  /// - Precondition: all three have the shapes of this step's network.
  mutating func restore(
    _ weights: Network<S>, moments: (first: Network<S>, second: Network<S>), updates: Int
  ) {
    let (first, second) = moments
    for index in workers.indices {
      workers[index].restore(weights.shards[index], first: first.shards[index], second: second.shards[index])
    }
    func layers(_ side: (Network<S>) -> [DenseLayer<S>]) -> [TrainedLayer<S>] {
      side(weights).indices.map {
        TrainedLayer(side(weights)[$0], first: side(first)[$0], second: side(second)[$0])
      }
    }
    inputBias = TrainedMatrix(weights.inputBias, first: first.inputBias, second: second.inputBias)
    encoder = layers { $0.encoder }
    decoder = layers { $0.decoder }
    users = TrainedMatrix(weights.users, first: first.users, second: second.users)
    self.updates = updates
  }
}
