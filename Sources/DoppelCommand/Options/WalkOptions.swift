import ArgumentParser
import Doppel

/// The paths through a latent space that `doppel inspect` decodes.
struct WalkOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Decode points along this dimension, counted from 1.", valueName: "dimension"))
  var traverse: Int?
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Decode points from one user to another; give their ids last.", valueName: "user"))
  var interpolate: [String] = []
  @Option(help: ArgumentHelp("Number of points to decode.", valueName: "n")) var steps = WalkStudy.Plan().steps
  @Option(name: [.customShort("k"), .customLong("k")], help: ArgumentHelp("Items listed per point.", valueName: "n"))
  var length = WalkStudy.Plan().length

  /// The paths; `nil` if the whole space is inspected.
  var plan: WalkStudy.Plan? {
    if traverse == nil && interpolate.isEmpty { return nil }
    var plan = WalkStudy.Plan()
    (plan.dimension, plan.users, plan.steps, plan.length) = (traverse, interpolate, steps, length)
    return plan
  }

  /// Flags that apply only to paths, or only to the whole space.
  var idleFlags: [IdleFlags] {
    [
      IdleFlags(["--steps", "-k", "--k"], when: plan == nil, "is for --traverse and --interpolate"),
      IdleFlags(
        ["--report", "--truth", "--draws"], when: plan != nil,
        "is for the whole space; leave out either this flag or --traverse and --interpolate"),
    ]
  }

  func validate() throws {
    try Self.check("--steps", steps, most: 1_000)
    if length < 1 { throw ValidationError("-k \(length) is too short; accepted: a whole number from 1") }
    if !interpolate.isEmpty && interpolate.count != 2 {
      throw ValidationError("--interpolate takes the ids of two users, such as --interpolate user-0001 user-0002")
    }
  }

  /// Every point takes memory, so there is an upper limit.
  static func check(_ flag: String, _ number: Int, most: Int) throws {
    if number < 2 || number > most {
      throw ValidationError(
        "\(flag) \(number) is too \(number < 2 ? "few" : "many"); accepted: a whole number from 2 to \(most)")
    }
  }
}
