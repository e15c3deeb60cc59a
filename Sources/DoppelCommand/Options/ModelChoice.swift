import ArgumentParser
import Doppel

/// The models to compare, and the task.
struct ModelChoice: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Models to compare, such as ae,mult-vae, or all for every model of the task (default: all\(Self.leftOut)). By \
      default, models that do not fit in memory are left out.
      """, valueName: "names"),
    completion: .comparedModels)
  var models: String?
  @Option(help: "What to predict.")
  var task = RecommendationTask.ranking

  /// The models that are compared only when named, for the help.
  private static let leftOut: String = {
    let names = Zoo.models.filter { !$0.isComparedByDefault }.map { $0.name }
    return names.isEmpty ? "" : " but " + names.joined(separator: ", ")
  }()

  /// Whether the models were named; otherwise models that do not fit in memory can be left out.
  var isByName: Bool { names.map { $0 != [Self.all] } ?? false }

  private static let all = "all"

  /// The names, known or not.
  var names: [String]? { models?.split { $0 == "," || $0 == " " }.map(String.init) }

  /// The requested models, with the settings of the config file and the flags that apply to them.
  ///
  /// - Throws: ``UsageError``, `WrongTask`.
  func models(set settings: ModelOptions, otherwise defaults: [any ZooModel]) throws -> [any ZooModel] {
    if let names, names.count > 1 && names.contains(Self.all) {
      throw UsageError("--models \(Self.all) already names every model; accepted: --models \(Self.all)")
    }
    let chosen =
      names == [Self.all] ? Zoo.defaults(for: task) : try names.map { try $0.map(Zoo.parse) } ?? defaults
    guard !chosen.isEmpty else { throw UsageError("--models is empty; accepted: names such as ae,mult-vae") }
    if let twice = Dictionary(grouping: chosen, by: \.name).first(where: { $0.value.count > 1 }) {
      throw UsageError("--models names \(twice.key) twice")
    }
    for model in chosen where model.task != task { throw WrongTask(model: model.name, task: model.task) }
    return try settings.configured(chosen)
  }
}
