import ArgumentParser
import Doppel
import FileFormats
import Foundation

/// `doppel recommend`: ranked lists from a saved model.
struct Recommend: CheckedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Recommend items with a saved model, to one user, to many, or to a new user.",
    discussion: """
      --items is for a user given by a list of items, --users for every user in a file, and --user with --data for one \
      of them. Items that a user has are never recommended. Ids are those of the training data; files are read and \
      ratings turned into likes as in the model's training, unless flags say otherwise. A list is shorter than \
      requested if too few items are left; a note says so. Scores are logits: only their order is meaningful. Titles \
      are the last column on a terminal or with --titles; --json has them beside the ids.
      """)

  @Argument(help: ArgumentHelp("A model directory.", valueName: "model"), completion: .directory)
  var model: String
  @Option(
    help: ArgumentHelp(
      "Items of a new user, separated by commas; quote an id that contains one: 'x,\"Me, Myself\"'.", valueName: "ids"))
  var items: String?
  @Option(
    help: ArgumentHelp("File of interactions: one list for every user.", valueName: "file"), completion: .file())
  var users: String?
  @Option(help: ArgumentHelp("A user in --data.", valueName: "id"))
  var user: String?
  @Option(help: ArgumentHelp("File of interactions with the items of --user.", valueName: "file"), completion: .file())
  var data: String?
  @Option(
    name: [.customShort("k"), .customLong("k")], help: ArgumentHelp("Length of a list.", valueName: "n"))
  var length = 10
  @OptionGroup var lists: ItemListOptions
  @OptionGroup var titling: TitleOptions
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Everywhere") var options: RunOptions

  var inputs: [(name: String, path: String?)] {
    [("MODEL", model), ("--users", users), ("--data", data)] + lists.inputs + titling.inputs + options.inputs
  }

  func idleFlags() -> [IdleFlags] {
    [
      IdleFlags(
        ReadingOptions.flags, when: items != nil, "is for --users and --user; --items reads no file of interactions"),
      IdleFlags(["--data"], when: items != nil, "is for --user; --items reads no file of interactions"),
      IdleFlags(["--data"], when: users != nil, "is for --user; --users takes a file itself"),
    ]
  }

  func validate() throws {
    if length < 1 { throw ValidationError("-k \(length) is too short; accepted: a whole number from 1") }
    try checkWays()
    if user != nil && data == nil { throw ValidationError("--user needs --data, the file with the user's items") }
  }

  /// Requires one of the ways to name users.
  private func checkWays() throws {
    let ways = [
      (flag: "--items", value: " A,B,C", use: "a new user who has these items", isGiven: items != nil),
      (flag: "--users", value: " FILE", use: "every user of a file", isGiven: users != nil),
      (flag: "--user", value: " ID with --data DATA", use: "one user of a file", isGiven: user != nil),
    ]
    let given = ways.filter(\.isGiven)
    guard let last = given.last else {
      throw ValidationError("needs --items A,B,C, --users FILE, or --user ID with --data DATA")
    }
    if given.count == 1 { return }
    let names = given.dropLast().map(\.flag).joined(separator: ", ") + " and " + last.flag
    let uses = given.map { "\($0.flag)\($0.value) is for \($0.use)" }.joined(separator: ", ")
    throw ValidationError("\(names) exclude one another: \(uses); accepted: one of them")
  }

  func run() throws {
    var directory = try ModelDirectory(contentsOf: model)
    try directory.checkScores(path: model)
    try titling.give(to: &directory, note: options.note)
    let processor = try options.processor()
    let audience = try audience(directory)
    options.note(audience.notes)
    let (excluded, allowed) = try lists.ids(for: directory, note: options.note)
    var lengths: [Int] = []
    let items = directory.items
    if options.json {
      let titles = directory.titles
      var document = Recommendations(model: directory.configuration.name, k: length)
      try directory.recommend(
        to: audience, k: length, excluding: excluded, only: allowed, processor: processor
      ) { user, list in
        RecommendedList(user: user, list, items: items, titles: titles)
      } visit: {
        document.users += $0
      }
      lengths = document.users.map(\.items.count)
      try Console.standardOutput(document)
    } else {
      // Output for programs keeps its columns unless titles are requested.
      let hasReader = titling.titles != nil || Console.outputIsTerminal
      let titles = hasReader && directory.titles?.hasTitles == true ? directory.titles : nil
      let text = RecommendationText(items: items, titles: titles, id: Console.identifiers)
      try Console.standardOutput(text.header)
      try directory.recommend(
        to: audience, k: length, excluding: excluded, only: allowed, processor: processor
      ) { user, list in
        (lines: text.lines(user, list), length: list.count)
      } visit: { users in
        lengths += users.map(\.length)
        try StandardOutput.write(users.flatMap(\.lines))
      }
    }
    options.note(Recommendations.notes(lengths: lengths, k: length))
  }

  private func audience(_ directory: ModelDirectory) throws -> ModelDirectory.Audience {
    if let items {
      let listed = directory.items.listed(in: items)
      options.note(listed.notes)
      if listed.ids.isEmpty { options.note(["--items names no item; the list is that of a user who has none"]) }
      return try directory.audience(items: listed.ids)
    }
    return try directory.audience(
      of: user, in: users ?? data ?? "", reader: reading.reader(for: directory, threads: options.threads))
  }
}
