public import Compute
public import FileFormats

/// A model made of models: the scores of its members for a user, put on one scale and added up.
///
/// | step | here |
/// |---|---|
/// | s_m: what member m scores the items with | ``members`` |
/// | z_m = (s_m − mean) / standard deviation of the 100 largest s_m of items that the user lacks | `standardiseRows` |
/// | Σ_m w_m z_m with w_m ≥ 0 and Σ_m w_m = 1 | ``Fitted/scores(for:using:)`` |
/// | w: what ranks best for the validation users, to none of whom a member was fitted | `WeightSearch` |
///
/// Linear models and variational autoencoders go wrong for different users and items, so that their weighted mean is better than
/// each (measured in Docs/results.md). Training one on what the other leaves over is not.
///
/// Sources: Jahrer, Töscher & Legenstein, "Combining predictions for accurate recommender systems", KDD 2010, for blending by
/// weights found on data held out; Vančura & Kordík, "Deep variational autoencoder with shallow parallel path for top-N
/// recommendation (VASP)", ICANN 2021, for a linear model beside a variational one.
///
/// Differences from the papers: the weights are chosen for a metric of ranked lists, not for a squared error; members are fitted
/// each by itself and added, where VASP trains two together and multiplies them. Without validation users all weights are alike.
public struct Blend: CompositeModel {
  /// Its name on the command line and in files.
  public static let name = "blend"
  /// It learns from validation how much each member counts.
  public static let choosesOnValidation = true
  /// All that can be set; the members are set under their own names.
  public static var settings: [Setting<Self>] { [membersSetting, weightsSetting] }

  /// What is blended: models that rank.
  public var members: [any ZooModel] {
    didSet { if weights?.count != members.count { weights = nil } }
  }
  /// w, up to a common factor; `nil` to choose it on the validation users.
  public var weights: [Double]?
  /// The models that files and flags may name as members.
  public var candidates = Zoo.models

  /// Creates the model with its defaults.
  public init() { self.init(members: [Linear(), MultDAE(), MultVAE(), RecVAE()]) }

  /// Blends some models, each as it is set.
  public init(members: [any ZooModel]) { self.members = members }

  /// Whether any member has something for each training user.
  public var keepsUsers: Bool { members.contains(where: \.keepsUsers) }
  /// The vector that new users get from a member with one per training user.
  public var vectorOfNewUsers: UserVectors? { members.lazy.compactMap(\.vectorOfNewUsers).first }

  /// The same model with equal weights where none are set, and its members with what follows from the rows.
  public func settingsUsed(rows: Int) -> Blend {
    var used = self
    // A fit of closed forms alone has no training rows to tell.
    if rows > 0 { used.members = members.map { $0.settingsUsed(rows: rows) } }
    used.weights = shares
    return used
  }

  /// Fits the members one after the other, then chooses the weights.
  ///
  /// Where members are fitted again on more rows, the weights are those that suit their first fits.
  ///
  /// - Throws: what fitting a member throws; `WrongTask` for a member that does not rank.
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

  /// Puts those members together whose weight in the file is not 0.
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

  /// The largest need of a member beside those that are fitted by then; or all of them with their scores of validation users.
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
