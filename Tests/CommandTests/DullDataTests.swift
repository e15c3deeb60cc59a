import Foundation
import Testing

/// Data at the edge of what there can be, through every command.
@Suite("The smallest and the dullest data")
struct DullDataTests {
  private static let cases: [(name: String, pairs: [(user: String, item: String)])] = [
    ("one user", (0..<6).map { ("u", "i\($0)") }),
    ("one item", (0..<40).map { ("u\($0)", "i") }),
    ("one interaction", [("u", "i")]),
    ("two strangers", [("u", "i"), ("v", "j")]),
    ("all users alike", (0..<40).flatMap { user in (0..<6).map { ("u\(user)", "i\($0)") } }),
    ("one item liked by all", (0..<40).flatMap { user in [("u\(user)", "all"), ("u\(user)", "i\(user % 7)")] }),
    ("everyone has everything", (0..<12).flatMap { user in (0..<3).map { ("u\(user)", "i\($0)") } }),
    ("no item shared", (0..<30).map { ("u\($0)", "i\($0)") }),
  ]

  private let folder: TemporaryFolder
  private let doppel: Executable

  init() throws {
    folder = try TemporaryFolder()
    doppel = try Executable.doppel()
  }

  @Test("every command ends with a result, or with 65 and a reason", arguments: cases.indices)
  func everyCommand(_ place: Int) throws {
    let pairs = Self.cases[place].pairs
    let lines = pairs.enumerated().map { "\($1.user)\t\($1.item)\t\(1 + $0 % 5)\n" }
    try folder.write("user\titem\trating\n" + lines.joined(), to: "d.tsv")
    let small = " --latent 3 --epochs 3"
    var commands: [(line: String, needs: [String])] = ["users", "interactions", "leave-one-out"].map {
      ("compare d.tsv --models popularity,ae,mult-vae --split \($0) --report \($0).html" + small, [])
    }
    commands += [("compare d.tsv --task rating" + small, []), ("compare d.tsv --generative" + small, [])]
    for model in ["popularity", "ae", "cdae", "mult-vae", "user-autorec", "item-autorec"] {
      commands.append(("train d.tsv --model \(model) --output \(model)" + (model == "popularity" ? "" : small), []))
    }
    commands += [
      ("evaluate ae d.tsv", ["ae"]), ("recommend mult-vae --users d.tsv", ["mult-vae"]),
      ("recommend user-autorec --users d.tsv", ["user-autorec"]),
      ("encode mult-vae d.tsv --output codes.tsv", ["mult-vae"]),
      ("inspect mult-vae ae d.tsv --report inspect.html", ["mult-vae", "ae"]),
      ("sample mult-vae --from population --data d.tsv --users 20 --output population.tsv", ["mult-vae"]),
      ("sample mult-vae --from user --like u --data d.tsv --users 20 --output user.tsv", ["mult-vae"]),
      ("sample ae --from fitted --data d.tsv --users 20 --output fitted.tsv", ["ae"]),
      ("sample mult-vae --from prior --users 20 --output prior.tsv", ["mult-vae"]),
      ("audit --real d.tsv --synthetic prior.tsv --report audit.html", ["prior.tsv"]),
    ]
    var done = 0
    for (line, needs) in commands {
      // What an earlier command refused to make is missing for a later one.
      let refusal: Int32 = Set(needs).isSubset(of: try folder.names()) ? 65 : 66
      let outcome = try doppel.run(line.split(separator: " ").map(String.init), in: folder)
      #expect(outcome.status == 0 && refusal == 65 || outcome.status == refusal, "\(line): \(outcome.errors)")
      let reason = outcome.errors.split(separator: "\n").last ?? ""
      #expect(outcome.status == 0 || reason.hasPrefix("doppel: ") && outcome.output.isEmpty, "\(line)")
      let words = Set(outcome.output.lowercased().split { " |\t\n".contains($0) })
      #expect(words.isDisjoint(with: ["nan", "-nan", "inf", "-inf"]), "\(line)")
      done += outcome.status == 0 ? 1 : 0
    }
    // Some of them can be done even with a single interaction.
    #expect(done >= 3, "\(Self.cases[place].name): \(done) of \(commands.count)")
  }
}
