import ArgumentParser
import Doppel
import FileFormats
import Foundation

/// `doppel recommend`: ranked lists from a saved model.
struct Recommend: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Recommend items from a saved model: to someone given by a list of items, to known users, to a file of users.",
    discussion: """
      Items someone has are never recommended to them. Ids are those of the training data. A list is shorter than asked for \
      where too few items are left; a note says so. Scores are logits: only their order means anything.
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
  @Option(name: .customShort("k"), help: "Length of a list.")
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
    if ways != 1 { throw ValidationError("say for whom: --items A,B,C or --users FILE or --user ID --data DATA") }
    if user != nil && data == nil { throw ValidationError("--user needs --data, the file that has the user") }
  }

  func run() throws {
    let directory = try ModelDirectory(contentsOf: model)
    let processor = try options.processor()
    let audience = try audience(directory)
    options.note(audience.notes)
    let excluded = try excludeItems.map { try IdentifierList.read($0).ids } ?? []
    let allowed = try onlyItems.map { try IdentifierList.read($0).ids }
    var lists: [JSONValue] = []
    var short = 0
    if !options.json { Console.standardOutput("user\titem\tscore\n") }
    try directory.recommend(
      to: audience, k: length, excluding: excluded, only: allowed, processor: processor
    ) { user, list in
      if list.count < length { short += 1 }
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
        let lines = list.map { "\(user)\t\(directory.items[$0.item])\t\($0.score)\n" }
        Console.standardOutput(lines.joined())
      }
    }
    if options.json {
      Console.standardOutput(
        JSONValue.object([
          "model": .string(directory.configuration.name), "k": .number(Double(length)),
          "users": .array(lists),
        ]).prettyPrinted + "\n")
    }
    if short > 0 { options.note(["\(short) of \(audience.userIDs.count) lists are shorter than \(length)"]) }
  }

  private func audience(_ directory: ModelDirectory) throws -> ModelDirectory.Audience {
    if let items {
      return try directory.audience(items: items.isEmpty ? [] : items.split(separator: ",").map(String.init))
    }
    let path = users ?? data ?? ""
    let interactions = try reading.filters.apply(
      to: InteractionReader(format: reading.format()).read(path: path))
    guard let user else { return directory.audience(interactions) }
    guard let only = interactions.only(user: user) else {
      throw DataError(
        path: path, text: user, message: "this user is not in the file",
        accepted: "one of its \(interactions.users.count) users")
    }
    return directory.audience(only)
  }
}
