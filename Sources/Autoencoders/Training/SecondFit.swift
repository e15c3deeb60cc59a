extension Trainer {
  /// Fits a design; with rows for a second fit and a validation, a first fit finds the number of epochs and the second
  /// gives the weights.
  ///
  /// - Throws: ``TrainingError``, the errors of `data.validate`, `OutputError` for a checkpoint that cannot be written.
  public func fit<Latent>(
    _ design: Design<Latent>, to data: TrainingData<Autoencoder<Latent>>, options: TrainingOptions
  ) throws -> Fit<Autoencoder<Latent>> {
    if let privacy {
      let (model, guarantee) = try fitPrivately(design, to: data.all, options: options, privacy)
      var fit = Fit(model: model, bestEpoch: max(1, options.epochs), extent: data.extent)
      fit.guarantee = guarantee
      return fit
    }
    let earlier = checkpoints?.position?.selection
    guard let refit = data.refit, let validate = data.validate else {
      if earlier != nil, let fault = checkpoints?.damaged("it is in a second fit") { throw fault }
      // Without validation, the rows for the second fit are fitted directly, for all epochs or those that are known.
      var known = options
      known.epochs = knownEpochs ?? options.epochs
      let only = try fit(
        design, to: data.all, options: known, plannedEpochs: options.epochs, validate: data.validate)
      return Fit(model: only.model, history: only.history, bestEpoch: only.bestEpoch, extent: data.extent)
    }
    var (chooser, again) = (self, self)
    (chooser.stage, again.stage) = (.choosing, .again)
    // The weights of the first fit are freed before those of the second are allocated.
    func select() throws -> TrainingPosition.Selection {
      let chosen = try chooser.fit(design, to: data.rows, options: options, keepsBest: false, validate: validate)
      return .init(history: chosen.history, bestEpoch: chosen.bestEpoch)
    }
    let selection = try earlier ?? select()
    var chosen = options
    chosen.epochs = selection.bestEpoch
    let final = try again.fit(design, to: refit, options: chosen, plannedEpochs: options.epochs, after: selection)
    return Fit(
      model: final.model, history: selection.history, bestEpoch: selection.bestEpoch, extent: .everything,
      isRefitted: true)
  }
}
