/// Every built-in model.
public enum Zoo {
  /// The models, baselines first; a model is one line here.
  public static let models: [any ZooModel.Type] = [
    Popularity.self,
    EASE.self,
    Linear.self,
    ELSA.self,
    Spectral.self,
    AE.self,
    DAE.self,
    CDAE.self,
    MultDAE.self,
    MultVAE.self,
    MixVAE.self,
    VampVAE.self,
    RecVAE.self,
    Blend.self,
    Mean.self,
    UserAutoRec.self,
    ItemAutoRec.self,
  ]

  /// Every model with its defaults.
  public static var defaults: [any ZooModel] { models.map { $0.init() } }

  /// Every model of a task with its defaults.
  public static func defaults(for task: RecommendationTask) -> [any ZooModel] {
    models.filter { $0.task == task }.map { $0.init() }
  }

  /// The models of a task that are compared by default, with their defaults.
  public static func comparedByDefault(for task: RecommendationTask) -> [any ZooModel] {
    defaults(for: task).filter { type(of: $0).isComparedByDefault }
  }

  /// The model with a name, with its defaults.
  public static func named(_ name: String) -> (any ZooModel)? { models.first { $0.name == name }?.init() }
}
