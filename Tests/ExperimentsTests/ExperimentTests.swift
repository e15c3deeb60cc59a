import Autoencoders
import Compute
import Evaluation
import Experiments
import Foundation
import InteractionData
import TestSupport
import Testing

/// What holds of an experiment whatever is predicted.
@Suite("Experiments of both tasks")
struct ExperimentTests {
  private func laws<Split: TaskSplit>(_ split: Split, _ names: [String], foreign: String) throws {
    var experiment = Experiment(split, seed: Seed(1), processor: SmallData.processor())
    let told = Guarded<[String]>([])
    experiment.observer.onModel = { name in told.withLock { $0.append("begins \(name)") } }
    experiment.observer.onTrained = { model in
      told.withLock { $0.append("ends \(model.name), \(model.measure), \(model.validation != nil)") }
    }
    #expect(experiment.metrics == Split.defaultMetrics && split.hasTest && split.hasValidation)
    for name in names {
      told.withLock { $0 = [] }
      let model = try SmallData.model(name, epochs: 2)
      let (result, fit) = try experiment.run(model)
      let measured = model.isTrainedInEpochs
      #expect(
        told.withLock { $0 } == ["begins \(name)", "ends \(name), \(experiment.selectionName), \(measured)"])
      #expect(result.scores.map(\.metric) == Split.defaultMetrics && result.name == name)
      #expect(result.history == fit.history && result.parameters == fit.model.parameterCount)
      #expect(try experiment.fit(any: model).model.tensors == fit.model.tensors)
      #expect(fit.extent == (split.everything == nil ? .training : .everything))
      #expect(experiment.users(of: fit).rows == experiment.fittedRows)

      var single = experiment
      single.refits = false
      let first = try single.fit(any: model)
      #expect(first.extent == .training && !first.isRefitted && single.fittedRows == split.train)
      #expect(single.users(of: first).rows == split.train)
      #expect(experiment.memory(of: model).total >= 0 && single.memory(of: model).total >= 0)
    }
    // The task of a model is looked at before anything is fitted.
    told.withLock { $0 = [] }
    let wrong = #expect(throws: WrongTask.self) { try experiment.run(SmallData.model(foreign)) }
    #expect(wrong?.model == foreign && told.withLock { $0 }.isEmpty)
    let needed = #expect(throws: TooLittleMemory.self) {
      try experiment.memoryNotes(names.map { try SmallData.model($0) }, limit: 1)
    }
    #expect(needed?.model == names[0])
    #expect(try experiment.memoryNotes(names.map { try SmallData.model($0) }).count == 1)
  }

  @Test("a model is announced, fitted, verified, told and measured in the same way")
  func bothTasks() throws {
    try laws(
      RankingSplit.interactions(SmallData.population(seed: 240), seed: Seed(240)), ["popularity", "cdae", "mult-vae"],
      foreign: "user-autorec")
    try laws(
      RatingSplit(SmallData.ratings(seed: 241), seed: Seed(241)), ["mean", "user-autorec", "item-autorec"],
      foreign: "ae")
  }

  @Test("a comparison run is one call: data in, a document out", arguments: RecommendationTask.allCases)
  func comparison(task: RecommendationTask) throws {
    try withTemporaryDirectory { folder in
      let data = SmallData.ratings(seed: 242)
      let lines = (0..<data.count).map { position in
        "\(data.userIndices[position]),\(data.itemIndices[position]),\(data.ratings?[position] ?? 0)\n"
      }
      let path = folder + "/ratings.csv"
      try ("user,item,rating\n" + lines.joined()).write(toFile: path, atomically: false, encoding: .utf8)
      let names = task == .ranking ? ["popularity", "ae"] : ["mean", "user-autorec"]
      var run = ComparisonRun(
        try names.map { try SmallData.model($0, epochs: 2) }, seed: Seed(3), processor: SmallData.processor())
      (run.task, run.data.source) = (task, .file(path))
      let notes = Guarded<[String]>([])
      run.observer.onNotes = { told in notes.withLock { $0 += told } }
      let compared = try run.run()
      let document = compared.document
      #expect(document.comparison.models.map(\.name) == names && document.facts.seed == 3)
      #expect(document.facts.dataset?.users == 120)
      #expect(document.facts.split?.kind == (task == .ranking ? "users" : "ratings"))
      #expect(compared.itemPopularity.count == (task == .ranking ? 80 : 0))
      #expect(document.notes == notes.withLock { $0 } + document.comparison.notes && !document.notes.isEmpty)

      run.data.source = .files(train: path, validation: nil, test: nil)
      #expect(throws: NothingToMeasure.self) { try run.run() }
      run.task = task == .ranking ? .rating : .ranking
      #expect(throws: WrongTask.self) { try run.run() }
    }
  }
}
