import Autoencoders
import Communication
import Compute
import Experiments

/// Searches whose trials several processes share.
///
/// Each process fits whole trials by itself. Many times a second, all processes exchange what has happened. From these
/// messages each of them works out what follows: which trials can run, who runs them, and who keeps a paused training.
/// So all have the same results, and none gives orders. The clock of the first process decides when no trial starts
/// any more.
struct SharedTrials<Split: TaskSplit> {
  /// A trial of one of the searches.
  private struct Place: Hashable {
    let search: Int
    let trial: Int
  }

  /// A task of one of the searches.
  private struct Job {
    let search: Int
    let task: TrialTask

    var place: Place { Place(search: search, trial: task.step.trial) }
  }

  /// The searches with the results so far, the same in all processes.
  private(set) var searches: [ModelSearch]
  private let fitters: [TrialFitter<Split>]
  private let communicator: any Communicator
  private let mostPaused: Int
  private let observer: RunObserver
  private let thread: TrialThread
  /// The task of each process.
  private var running: [Job?]
  /// The process that has the training of a paused trial.
  private var holders: [Place: Int] = [:]
  /// The paused trainings of this process.
  private var states: [Place: TrainerState] = [:]
  /// The last epoch of this process's trial that an earlier part has reported.
  private var reported = 0

  /// How long a process waits for its trial before it exchanges messages, in seconds.
  private static var round: Double { 0.02 }

  /// Prepares to share trials; every process does so with the same searches.
  ///
  /// - Parameters:
  ///   - mostPaused: the maximum number of paused trainings that a process keeps.
  ///   - observer: receives the epochs of all trials in the first process; asked for interruptions in each.
  init(
    _ searches: [ModelSearch], fittedBy fitters: [TrialFitter<Split>], among communicator: any Communicator,
    mostPaused: Int, observer: RunObserver
  ) {
    let thread = TrialThread()
    self.fitters = fitters.map { fitter in
      var fitter = fitter
      fitter.experiment.observer = thread.observer
      return fitter
    }
    (self.searches, self.communicator, self.thread) = (searches, communicator, thread)
    (self.mostPaused, self.observer) = (mostPaused, observer)
    running = Array(repeating: nil, count: communicator.size)
  }

  /// Runs the searches until nothing is left, in all processes at once.
  ///
  /// - Parameters:
  ///   - mayStart: asked in the first process: whether trials may start.
  ///   - keep: receives every new record, with the place of its search among all and that search.
  ///   - report: receives the progress whenever a trial starts or ends.
  /// - Throws: the errors of `keep`; `CommunicationError`; as ``TrialFitter/fit(_:)``: `TrainingError.interrupted` in
  ///   all processes, other errors in the process of the trial.
  mutating func run(
    while mayStart: () -> Bool, keep: (TrialRecord, Int, ModelSearch) throws -> Void,
    report: (SearchProgress) -> Void
  ) throws {
    defer { thread.stop() }
    var (isTimeLeft, hasNews) = (true, true)
    repeat {
      thread.wait(atMost: Self.round)
      let isTimeUp = isTimeLeft && communicator.isRoot && !mayStart()
      let messages = try message(isTimeUp: isTimeUp).exchanged(among: communicator)
      if messages.contains(where: \.isInterrupted) { throw TrainingError.interrupted }
      if messages[0].isTimeUp { isTimeLeft = false }
      if try take(messages, keep) { hasNews = true }
      if hasNews && isTimeLeft { try startTasks() }
      if hasNews { report(progress) }
      hasNews = false
    } while running.contains(where: { $0 != nil })
  }

  // MARK: Messages

  /// What has happened in this process since the last round.
  private mutating func message(isTimeUp: Bool) throws -> TrialMessage {
    var message = TrialMessage()
    (message.isTimeUp, message.isInterrupted) = (isTimeUp, observer.isInterrupted())
    // The result first: after it come no more epochs.
    if let fitted = try thread.take(), let job = running[communicator.rank] {
      (message.record, message.isPaused) = (fitted.record, fitted.state != nil)
      states[job.place] = fitted.state
    }
    message.epochs = thread.takeEpochs().filter { $0.record.epoch > reported }
    return message
  }

  /// Takes in the messages of all processes.
  ///
  /// - Returns: whether a trial has ended.
  private mutating func take(
    _ messages: [TrialMessage], _ keep: (TrialRecord, Int, ModelSearch) throws -> Void
  ) throws -> Bool {
    var hasEnded = false
    for (rank, message) in messages.enumerated() {
      if communicator.isRoot { for epoch in message.epochs { observer.onEpoch(epoch.name, epoch.record) } }
      guard let record = message.record, let job = running[rank] else { continue }
      running[rank] = nil
      holders[job.place] = message.isPaused ? rank : nil
      _ = searches[job.search].add(record)
      try keep(record, job.search, searches[job.search])
      hasEnded = true
    }
    if hasEnded { discardTrainings() }
    return hasEnded
  }

  // MARK: Decisions, the same in all processes

  /// Gives idle processes the tasks that can be fitted.
  private mutating func startTasks() throws {
    var waiting: [Job] = []
    for search in searches.indices {
      let begun = steps(of: search)
      for task in searches[search].ready() where !begun.contains(task.step) {
        waiting.append(Job(search: search, task: task))
      }
    }
    // A training continues in the process that has it.
    var others: [Job] = []
    for job in waiting {
      if let holder = holders[job.place], running[holder] == nil {
        try start(job, in: holder)
      } else {
        others.append(job)
      }
    }
    // To repeat its beginning elsewhere takes less time than to wait for a process that has begun another trial.
    for job in others {
      guard let idle = running.firstIndex(where: { $0 == nil }) else { break }
      try start(job, in: idle)
    }
  }

  private mutating func start(_ job: Job, in rank: Int) throws {
    running[rank] = job
    holders[job.place] = nil
    guard rank == communicator.rank else {
      states[job.place] = nil
      return
    }
    let fitter = fitters[job.search]
    let begun = try fitter.begin(job.task, from: states.removeValue(forKey: job.place))
    reported = begun.pause == nil ? 0 : job.task.earlier?.epochs ?? 0
    thread.start { try fitter.fit(begun) }
  }

  /// Frees the memory of trainings that cannot continue any more and, in a process that has too many, of the worst.
  private mutating func discardTrainings() {
    for search in searches.indices where holders.contains(where: { $0.key.search == search }) {
      let mayGoOn = searches[search].mayGoOn(besides: steps(of: search))
      holders = holders.filter { $0.key.search != search || mayGoOn.contains($0.key.trial) }
    }
    for rank in running.indices {
      let own = holders.filter { $0.value == rank }.map(\.key)
      guard own.count > mostPaused else { continue }
      let ranked = own.map { place in
        (standing: searches[place.search].ranking.firstIndex(of: place.trial) ?? 0, place: place)
      }
      let worst = ranked.sorted {
        ($0.standing, $0.place.search, $0.place.trial) > ($1.standing, $1.place.search, $1.place.trial)
      }
      for (_, place) in worst.prefix(own.count - mostPaused) { holders[place] = nil }
    }
    states = states.filter { holders[$0.key] == communicator.rank }
  }

  /// The steps of a search that are being fitted.
  private func steps(of search: Int) -> [TrialPlan.Step] {
    running.compactMap { job in job.flatMap { $0.search == search ? $0.task.step : nil } }
  }

  private var progress: SearchProgress {
    let counts = fitters.allSatisfy(\.hasTrialsToCount)
    return SearchProgress(
      running: running.compactMap { job in
        job.map { SearchProgress.Trial(model: searches[$0.search].model.name, number: $0.task.step.trial) }
      },
      finished: searches.reduce(0) { $0 + Set($1.results.map(\.trial)).count },
      planned: counts ? searches.reduce(0) { $0 + $1.plan.trials } : nil)
  }
}
