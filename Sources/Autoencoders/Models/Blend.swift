public import Compute
public import FileFormats

/// A blend of models: the scores of its members for a user, brought to one scale and added up.
///
/// | step | here |
/// |---|---|
/// | s_m: the scores of member m | ``members`` |
/// | z_m = (s_m − mean) / standard deviation of the 100 largest s_m of items that the user does not have |
/// `standardiseRows` |
/// | Σ_m w_m z_m with w_m ≥ 0 and Σ_m w_m = 1 | ``Fitted/scores(for:using:)`` |
/// | w: the weights with the best ranking for the validation users, to whom no member was fitted | `WeightSearch` |
///
/// Linear models and variational autoencoders make errors for different users and items, so their weighted mean is
/// better than each of them (measured in Docs/results.md). Training one on the residuals of the other is not better.
///
/// Sources: Jahrer, Töscher & Legenstein, "Combining predictions for accurate recommender systems", KDD 2010, for
/// blending by weights found on held-out data; Vančura & Kordík, "Deep variational autoencoder with shallow parallel
/// path for top-N recommendation (VASP)", ICANN 2021, for a linear model beside a variational one.
///
/// Differences from the papers: the weights are chosen for a metric of ranked lists, not for a squared error; members
/// are fitted separately and added, while VASP trains two together and multiplies them. Without validation users, all
/// weights are equal.
public struct Blend: CompositeModel {
  /// Its name on the command line and in files.
  public static let name = "blend"
  /// It chooses the weights of the members on validation.
  public static let choosesOnValidation = true
  /// Its settings; the members are set under their own names.
  public static var settings: [Setting<Self>] { [membersSetting, weightsSetting] }

  /// The blended ranking models.
  public var members: [any ZooModel] {
    didSet { if weights?.count != members.count { weights = nil } }
  }
  /// w, up to a common factor; `nil` to choose it on the validation users.
  public var weights: [Double]?
  /// The models that files and flags may name as members.
  public var candidates = Zoo.models

  /// Creates the model with its defaults.
  public init() { self.init(members: [Linear(), MultDAE(), MultVAE(), RecVAE()]) }

  /// Creates a blend of models with their settings.
  public init(members: [any ZooModel]) { self.members = members }

  /// Whether any member has parameters for each training user.
  public var keepsUsers: Bool { members.contains(where: \.keepsUsers) }
  /// The vector that new users get from a member with one per training user.
  public var vectorOfNewUsers: UserVectors? { members.lazy.compactMap(\.vectorOfNewUsers).first }

  /// The same model with equal weights if none are set, and its members with settings that depend on the rows.
  public func settingsUsed(rows: Int) -> Blend {
    var used = self
    // A fit of closed forms only does not report training rows.
    if rows > 0 { used.members = members.map { $0.settingsUsed(rows: rows) } }
    used.weights = shares
    return used
  }

  /// Fits the members one after the other, then chooses the weights.
  ///
  /// If members are fitted again on more rows, the weights are those of their first fits.
  ///
  /// - Throws: what fitting a member throws; `WrongTask` for a member that is not a ranking model.
  public func fit(_ data: TrainingData<Fitted>, by trainer: Trainer) throws -> Fit<Fitted> {
    var used = self
    let fits = try members.enumerated().map { place, member -> MemberFit? in
      if shares[place] == 0 { return nil }
      return try data.fit(member, by: trainer.forMember(place, of: members.count, named: member.name))
    }
    for (place, fit) in fits.enumerated() {
      used.members[place] = try members[place].setting(fit?.fit.chosen ?? [:])
    }
    if let validate = data.validate, weights == nil, members.count > 1 {
      let remembered = RememberedScores()
      var search = WeightSearch(members: members.count)
      used.weights = try search.climb { weights in
        try validate(Fitted(fits.map { $0?.validated }, weights: weights.map { Float($0) }, remembered: remembered))
      }
    }
    let model = Fitted(fits.map { $0?.fit.model }, weights: used.shares.map { Float($0) })
    guard model.itemCount > 0 else { throw TrainingError.noUsers }
    var fit = Fit(model: model, extent: data.extent)
    fit.chosen = used.hyperparameters
    return fit
  }

  /// Combines the members whose weight in the file is not 0.
  public func load(_ tensors: [String: Tensor], items: Int, users: Int) throws -> Fitted {
    var file = TensorReader(tensors)
    let weights = try file.take(Fitted.weightsName, [members.count])
    let models = try members.enumerated().map { place, member -> (any FittedModel)? in
      if weights[place] == 0 { return nil }
      let own = file.takeAll(under: Fitted.prefix(ofMember: place))
      return try member.load(own, items: items, users: users)
    }
    try file.finish()
    return Fitted(models, weights: weights)
  }

  /// The maximum of the memory of each member together with those fitted before it, and of all members with their
  /// scores of validation users.
  public func memory(_ rows: TrainingRows, processor: Processor) -> TrainingMemory {
    TrainingMemory(
      oneAfterTheOther: members.map { $0.memory(rows, processor: processor) }, fitsAgain: rows.fitsAgain,
      workspace: RememberedScores.mostBytes(members: members.count, users: rows.count, items: rows.width))
  }

  /// w with a sum of 1.
  var shares: [Double] {
    let weights = weights ?? members.map { _ in 1 }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }
}
