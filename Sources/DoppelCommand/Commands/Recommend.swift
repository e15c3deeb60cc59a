import ArgumentParser
import Doppel
import FileFormats
import Foundation

/// `doppel recommend`: ranked lists from a saved model.
struct Recommend: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Recommend items from a saved model, to one user, to many, or to someone new.",
    discussion: """
      For whom: --items for someone given by a list of items, --users for everyone in a file, --user with \
      --data for one of them. Items someone has are never recommended to them. Ids are those of the training \
      data. A list is shorter than asked for where too few items are left; a note says so. Scores are \
      logits: only their order means anything.
      """)

  @Argument(help: ArgumentHelp("A model directory.", valueName: "model"))
  var model: String
  @Option(help: ArgumentHelp("What someone new has.", valueName: "ids"))
  var items: String?
  @Option(help: ArgumentHelp("File of interactions: a list for every user in it.", valueName: "file"))
  var users: String?
  @Option(help: ArgumentHelp("A user in --data.", valueName: "id"))
  var user: String?
  @Option(help: ArgumentHelp("File of interactions that has --user.", valueName: "file"))
  var data: String?
  @Option(
    name: [.customShort("k"), .customLong("k")], help: ArgumentHelp("Length of a list.", valueName: "n"))
  var length = 10
  @Option(help: ArgumentHelp("Ids never to recommend, one a line.", valueName: "file"))
  var excludeItems: String?
  @Option(help: ArgumentHelp("The only ids to recommend, one a line.", valueName: "file"))
  var onlyItems: String?
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Everywhere") var options: RunOptions

  func validate() throws {
    if length < 1 { throw ValidationError("-k \(length) is too short; accepted: a whole number from 1") }
    let ways = [items != nil, users != nil, user != nil].count { $0 }
    if ways != 1 {
      throw ValidationError("say for whom: --items A,B,C or --users FILE or --user ID --data DATA")
    }
    if user != nil && data == nil { throw ValidationError("--user needs --data, the file that has the user") }
  }

  func run() throws {
    let directory = try ModelDirectory(contentsOf: model)
    try directory.checkScores()
    let processor = try options.processor()
    let audience = try audience(directory)
    options.note(audience.notes)
    let excluded = try excludeItems.map { try ids(in: $0, of: "--exclude-items", directory) } ?? []
    let allowed = try onlyItems.map { try ids(in: $0, of: "--only-items", directory) }
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
      options.note(["the list has \(count) of \(length) items: no more are left"])
    } else if !short.isEmpty {
      let share = "\(short.count) of \(audience.userIDs.count) lists"
      options.note(["\(share) shorter than \(length): no more items are left"])
    }
  }

  /// The ids of a list, with a note on those that the model does not know.
  private func ids(in path: String, of flag: String, _ directory: ModelDirectory) throws -> [String] {
    let ids = try IdentifierList.read(path).ids
    let unknown = ids.count { directory.items.index(of: $0) == nil }
    if unknown > 0 { options.note(["the model does not know \(unknown) of the \(ids.count) ids of \(flag)"]) }
    return ids
  }

  private func audience(_ directory: ModelDirectory) throws -> ModelDirectory.Audience {
    if let items {
      return try directory.audience(items: items.isEmpty ? [] : items.split(separator: ",").map(String.init))
    }
    let path = users ?? data ?? ""
    let interactions = try reading.filters.apply(
      to: InteractionReader(format: reading.format(), threads: options.threads).read(path: path))
    guard let user else { return directory.audience(interactions) }
    guard let only = interactions.only(user: user) else {
      throw DataError(
        path: path, text: user, message: "is not a user of this file",
        accepted: "one of its \(interactions.users.count) users")
    }
    return directory.audience(only)
  }
}
