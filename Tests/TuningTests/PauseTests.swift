import Autoencoders
import Compute
import Evaluation
import Experiments
import FileFormats
import InteractionData
import Testing

@Suite("Trainings that pause")
struct PauseTests {
  @Test(
    "a training that paused twice ends in the same weights and epochs as one that did not",
    arguments: ["mult-dae", "cdae", "rec-vae", "vamp-vae", "elsa"])
  func goesOn(_ name: String) throws {
    let split = try RankingSplit.load(DataSelection(), seed: Seed(7), forTraining: false).split.withoutTest
    let experiment = Experiment(split, seed: Seed(7), processor: Processor(engine: try .fastest(), threads: 2))
    var model: any ZooModel = try #require(Zoo.named(name)).setting(["epochs": 9, "latent": 8, "patience": 3])
    // A schedule that does not follow the plan.
    if model.has("annealingSteps") { model = try model.setting(["annealingSteps": 40]) }
    let whole = try experiment.validated(model, metrics: [experiment.selection])
    var state: TrainerState?
    var paused: ValidatedFit?
    var epochs: [Int] = []
    for last in [2, 5, Int.max] {
      let pause = TrainingPause(afterEpoch: last, from: state)
      paused = try experiment.validated(model, metrics: [experiment.selection], pause: pause)
      state = pause.state
      let bytes = state?.tensors.values.reduce(0) { $0 + 4 * $1.values.count } ?? 0
      let needed = experiment.memory(of: model)
      #expect(bytes <= needed.parameters + needed.kept, "what a pause keeps")
      #expect(state == nil || 10 * bytes >= 6 * (needed.parameters + needed.kept))
      epochs.append(paused?.fit.history.count ?? 0)
    }
    #expect(state == nil && epochs.first == 2)
    #expect(paused?.fit.model.tensors == whole.fit.model.tensors)
    #expect(paused?.scores == whole.scores && paused?.fit.bestEpoch == whole.fit.bestEpoch)
    func bare(_ history: [EpochRecord]?) -> [EpochRecord]? {
      history?.map {
        var record = $0
        record.seconds = 0
        return record
      }
    }
    #expect(bare(paused?.fit.history) == bare(whole.fit.history))
  }

  @Test("whether a shorter training is the beginning of a longer one follows from the prior's weight")
  func continuation() throws {
    #expect(MultDAE().continuation(rows: 1000) == .fromState(settledAfter: 0))
    #expect(RecVAE().continuation(rows: 1000) == .fromState(settledAfter: 0))
    #expect(EASE().continuation(rows: 1000) == nil)
    #expect(MultVAE().continuation(rows: 1000) == .anew)
    var model = MultVAE()
    (model.beta, model.annealingSteps, model.training.batchSize) = (0.2, 500, 100)
    // 100 updates, 10 an epoch.
    #expect(model.continuation(rows: 1000) == .fromState(settledAfter: 10))
    model.beta = 0
    #expect(model.continuation(rows: 1000) == .fromState(settledAfter: 0))
  }
}
