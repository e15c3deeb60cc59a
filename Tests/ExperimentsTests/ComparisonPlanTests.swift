import Autoencoders
import Compute
import Experiments
import FileFormats
import InteractionData
import TestSupport
import Testing

/// What is said of a comparison before its data are read is true of the split that is read.
@Suite("The plan of a comparison")
struct ComparisonPlanTests {
  /// 60 users with twelve of 40 items each, rated, and each of the twelve on a day of its own.
  private func write(_ days: Range<Int>, to path: String) throws -> String {
    let lines = (0..<60).flatMap { user in
      days.map { day in
        "u\(user)\ti\((7 * user + 3 * day) % 40)\t\(1 + (user + day) % 5)\t\(1_600_000_000 + 86_400 * day + user)\n"
      }
    }
    try AtomicFile.write("user\titem\trating\ttimestamp\n" + lines.joined(), to: path)
    return path
  }

  private func selection(_ source: DataSelection.Source, _ split: SplitKind = .users) -> DataSelection {
    var selection = DataSelection()
    (selection.source, selection.split) = (source, split)
    return selection
  }

  /// Every source, and for one file every kind of split.
  private func selections(in folder: String) throws -> [DataSelection] {
    let whole = try write(0..<12, to: folder + "/whole.tsv")
    let train = try write(0..<8, to: folder + "/train.tsv")
    let validation = try write(8..<10, to: folder + "/validation.tsv")
    let test = try write(10..<12, to: folder + "/test.tsv")
    try RankingSplit.load(selection(.file(whole)), seed: Seed(1), forTraining: false).split
      .writeAuthorsLayout(to: folder + "/ready")
    return SplitKind.ofOneFile.map { selection(.file(whole), $0) } + [
      selection(.builtIn), selection(.directory(folder + "/ready")),
      selection(.files(train: train, validation: nil, test: test)),
      selection(.files(train: train, validation: validation, test: test)),
    ]
  }

  @Test("ranking: models are fitted again where the split has more data, and users held out where it holds them out")
  func ranking() throws {
    try withTemporaryDirectory { folder in
      for selection in try selections(in: folder) {
        let split = try RankingSplit.load(selection, seed: Seed(1), forTraining: false).split
        let plan = ComparisonPlan(.ranking, of: selection.source, split: selection.split)
        #expect(plan.fitsAgain == (split.everything != nil), "\(plan)")
        #expect(plan.holdsOutUsers == split.kind.holdsOutUsers, "\(plan)")
        #expect(plan.dividesUsers == (split.kind == .users), "\(plan)")
        // A layout is written exactly where users are held out.
        let path = folder + "/again"
        if plan.holdsOutUsers {
          try split.writeAuthorsLayout(to: path)
        } else {
          #expect(throws: OutputError.self) { try split.writeAuthorsLayout(to: path) }
        }
      }
    }
  }

  @Test("ratings: models are always fitted again, and no users are held out")
  func rating() throws {
    try withTemporaryDirectory { folder in
      let source = DataSelection.Source.file(try write(0..<12, to: folder + "/whole.tsv"))
      let split = try RatingSplit.load(selection(source), seed: Seed(1), forTraining: false).split
      let plan = ComparisonPlan(.rating, of: source, split: .users)
      #expect(plan.fitsAgain && split.everything != nil)
      #expect(!plan.holdsOutUsers && !plan.dividesUsers)
    }
  }

  @Test("folds are refused where the comparison does not divide users itself, and no split is known from no kind")
  func folds() throws {
    try withTemporaryDirectory { folder in
      for selection in try selections(in: folder) {
        var run = ComparisonRun([Popularity()], seed: Seed(1), processor: SmallData.processor())
        (run.data, run.repetition.folds) = (selection, 3)
        #expect(run.plan == ComparisonPlan(.ranking, of: selection.source, split: selection.split))
        if !run.plan.dividesUsers { #expect(throws: ImpossibleRepetition.self) { try run.run() } }
      }
    }
    let unknown = ComparisonPlan(.ranking, of: .builtIn, split: nil)
    #expect(!unknown.fitsAgain && !unknown.holdsOutUsers && !unknown.dividesUsers)
  }
}
