extension Trainer {
  /// Fits a design; where there are rows for a second fit and someone to validate on, a first fit finds the number of epochs
  /// and the second makes the weights.
  ///
  /// - Throws: ``TrainingError``, what `data.validate` throws, `OutputError` for a checkpoint that cannot be written.
  public func fit<Latent>(
    _ design: Design<Latent>, to data: TrainingData<Autoencoder<Latent>>, options: TrainingOptions
  ) throws -> Fit<Autoencoder<Latent>> {
    let earlier = checkpoints?.position?.selection
    guard let refit = data.refit, let validate = data.validate else {
      if earlier != nil, let fault = checkpoints?.damaged("it is in a second fit") { throw fault }
      let only = try fit(design, to: data.rows, options: options, validate: data.validate)
      return Fit(model: only.model, history: only.history, bestEpoch: only.bestEpoch)
    }
    // The first fit's weights are gone before the second makes its own.
    func select() throws -> TrainingPosition.Selection {
      let chosen = try fit(design, to: data.rows, options: options, keepsBest: false, validate: validate)
      return .init(history: chosen.history, bestEpoch: chosen.bestEpoch)
    }
    let selection = try earlier ?? select()
    var again = options
    again.epochs = selection.bestEpoch
    let final = try fit(design, to: refit, options: again, plannedEpochs: options.epochs, after: selection)
    return Fit(model: final.model, history: selection.history, bestEpoch: selection.bestEpoch)
  }
}
