import ArgumentParser
import Doppel

/// Which models are compared, and at what.
struct ModelChoice: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Models to compare, such as ae,mult-vae (default: all of the task\(Self.leftOut)).", valueName: "names"),
    completion: .models)
  var models: String?
  @Option(help: "What is predicted.")
  var task = RecommendationTask.ranking

  /// The models that have to be asked for, for the help.
  private static let leftOut: String = {
    let names = Zoo.models.filter { !$0.isComparedByDefault }.map { $0.name }
    return names.isEmpty ? "" : " but " + names.joined(separator: ", ")
  }()

  /// The names, known or not.
  var names: [String]? { models?.split { $0 == "," || $0 == " " }.map(String.init) }

  /// The requested models, with the settings of the config file and the flags that apply to them.
  ///
  /// - Throws: ``UsageError``, `WrongTask`.
  func models(set settings: ModelOptions, otherwise defaults: [any ZooModel]) throws -> [any ZooModel] {
    let chosen = try names.map { try $0.map(Zoo.parse) } ?? defaults
    guard !chosen.isEmpty else { throw UsageError("--models is empty; accepted: names such as ae,mult-vae") }
    if let twice = Dictionary(grouping: chosen, by: \.name).first(where: { $0.value.count > 1 }) {
      throw UsageError("--models names \(twice.key) twice")
    }
    for model in chosen where model.task != task { throw WrongTask(model: model.name, task: model.task) }
    return try settings.configured(chosen)
  }
}
