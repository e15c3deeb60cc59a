import ArgumentParser
import Doppel
import FileFormats
import Foundation

/// `doppel recommend`: ranked lists from a saved model.
struct Recommend: CheckedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Recommend items with a saved model, to one user, to many, or to a new user.",
    discussion: """
      For whom: --items for someone given by a list of items, --users for everyone in a file, --user with \
      --data for one of them. Items someone has are never recommended to them. Ids are those of the training \
      data; files are read, and ratings taken as likes, as in the model's training, unless flags say otherwise. \
      A list is shorter than asked for where too few items are left; a note says so. Scores are \
      logits: only their order means anything.
      """)

  @Argument(help: ArgumentHelp("A model directory.", valueName: "model"), completion: .directory)
  var model: String
  @Option(
    help: ArgumentHelp(
      "What someone new has, with commas; quote an id that has one: 'x,\"Me, Myself\"'.", valueName: "ids"))
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
  @Option(help: ArgumentHelp("Item ids to exclude, one per line.", valueName: "file"), completion: .file())
  var excludeItems: String?
  @Option(help: ArgumentHelp("Item ids to choose from, one per line.", valueName: "file"), completion: .file())
  var onlyItems: String?
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Everywhere") var options: RunOptions

  var inputs: [(name: String, path: String?)] {
    [
      ("MODEL", model), ("--users", users), ("--data", data), ("--exclude-items", excludeItems),
      ("--only-items", onlyItems),
    ]
      + options.inputs
  }

  func idleFlags() -> [IdleFlags] {
    [
      IdleFlags(
        ReadingOptions.flags + ["--data"], when: items != nil,
        "is for --users and --user; --items says all there is to know"),
      IdleFlags(["--data"], when: users != nil, "goes with --user; --users names a file itself"),
    ]
  }

  func validate() throws {
    if length < 1 { throw ValidationError("-k \(length) is too short; accepted: a whole number from 1") }
    let ways = [items != nil, users != nil, user != nil].count { $0 }
    if ways != 1 {
      throw ValidationError("needs --items A,B,C, --users FILE, or --user ID with --data DATA")
    }
    if user != nil && data == nil { throw ValidationError("--user needs --data, the file with the user's items") }
  }

  func run() throws {
    let directory = try ModelDirectory(contentsOf: model)
    try directory.checkScores(path: model)
    let processor = try options.processor()
    let audience = try audience(directory)
    options.note(audience.notes)
    let excluded = try excludeItems.map { try ids(in: $0, of: "--exclude-items", directory) } ?? []
    let allowed = try onlyItems.map { try ids(in: $0, of: "--only-items", directory) }
    if let onlyItems, allowed?.isEmpty == true {
      throw DataError(path: onlyItems, message: "has no ids", accepted: "the ids to recommend, one a line")
    }
    var lists: [JSONValue] = []
    var short: [Int] = []
    if !options.json { try Console.standardOutput("user\titem\tscore\n") }
    try directory.recommend(
      to: audience, k: length, excluding: excluded, only: allowed, processor: processor
    ) { user, list in
      if list.count < length { short.append(list.count) }
      if options.json {
        lists.append(
          .object([
            "user": .string(user),
            "items": .array(
              list.map { entry in
                .object([
                  "item": .string(directory.items[entry.item]), "score": .number(Double(entry.score)),
                ])
              }),
          ]))
      } else {
        let user = Console.identifier(user)
        let lines = list.map { "\(user)\t\(Console.identifier(directory.items[$0.item]))\t\($0.score)\n" }
        try Console.standardOutput(lines.joined())
      }
    }
    if options.json {
      try Console.standardOutput([
        "model": .string(directory.configuration.name), "k": .number(Double(length)),
        "users": .array(lists),
      ])
    }
    if audience.userIDs.count == 1, let count = short.first {
      options.note(["the list has \(count) of \(counted(length, "item")): no more are left"])
    } else if !short.isEmpty {
      let share = "\(short.count) of \(audience.userIDs.count) lists \(short.count == 1 ? "is" : "are")"
      options.note(["\(share) shorter than \(length): no more items are left"])
    }
  }

  /// The ids of a list, with a note on those that the model does not know.
  private func ids(in path: String, of flag: String, _ directory: ModelDirectory) throws -> [String] {
    let ids = try IdentifierList.readSet(path).ids
    let unknown = ids.filter { directory.items.index(of: $0) == nil }
    if !unknown.isEmpty {
      let named = unknown.prefix(3).joined(separator: ", ") + (unknown.count > 3 ? ", …" : "")
      options.note(["ids of \(flag) that the model does not know: \(unknown.count) of \(ids.count) (\(named))"])
    }
    return ids
  }

  private func audience(_ directory: ModelDirectory) throws -> ModelDirectory.Audience {
    if let items {
      let listed = directory.items.listed(in: items)
      options.note(listed.notes)
      return try directory.audience(items: listed.ids)
    }
    let path = users ?? data ?? ""
    let found = try reading.reader(for: directory, threads: options.threads).read(path, scope: .anyone)
    guard let user else { return directory.audience(found.data) }
    guard let only = found.data.only(user: user) else {
      let isGone = found.everyone.index(of: user) != nil
      throw DataError(
        path: path, text: user,
        message: isGone ? "has nothing left after the filters" : "is not a user of this file",
        accepted: "one of the \(counted(found.data.users.count, "user"))"
          + (isGone ? " who have, or other filters" : " in it"))
    }
    return directory.audience(only)
  }
}
