public import Autoencoders
import Compute
import Experiments
public import InteractionData
public import Presentation

/// A part of the lesson: one claim, and what these data say to it.
public protocol LessonPart {
  /// What it is about.
  var title: String { get }
  /// What textbooks say, in a sentence.
  var claim: String { get }
  /// Whether ``claim`` holds here.
  var holds: Bool { get }
  /// What was found, with the numbers it rests on; other sentences where the claim does not hold.
  var sentences: [String] { get }
  /// The numbers, by name.
  var numbers: [(name: String, value: Measured)] { get }
}

/// The lesson as it came out.
public struct LessonResult: Sendable {
  /// Data, seed and versions.
  public let facts: RunFacts
  /// Remarks on the data.
  public let notes: [String]
  /// What was trained, in one sentence.
  public let models: String
  /// How many people the models were trained on.
  public let trainingUsers: Int
  /// How many people everything is measured on.
  public let people: Int
  /// The items.
  public let items: Vocabulary
  /// Their titles, where a table was given.
  public let titles: ItemTitles?
  /// A point and a cloud.
  public let cloud: PointAndCloud
  /// Draws from the prior.
  public let draws: PriorDraws
  /// What lies between two people.
  public let ways: WaysBetween
  /// What β does.
  public let weights: PriorWeights
  /// Two runs of each.
  public let runs: RepeatedRuns
  /// How long it took, reading and training included.
  public let seconds: Double

  /// The five parts, in order.
  public var parts: [any LessonPart] { [cloud, draws, ways, weights, runs] }

  /// What the whole comes down to, in one sentence.
  public var summary: String {
    let held = parts.count { $0.holds }
    return held == parts.count
      ? "Five textbook claims about AE and VAE: all hold on these data."
      : "Five textbook claims about AE and VAE: \(held) \(held == 1 ? "holds" : "hold") on these data."
  }

  /// How each part came out.
  public var verdicts: Table {
    var table = Table("Claims and results", columns: [.text("claim"), .text("here")])
    for part in parts {
      table.append([.text(part.claim), .verdict(part.holds ? .good : .caution, part.holds ? "holds" : "does not hold")])
    }
    return table
  }

  /// The models by β.
  public var betaTable: Table {
    var table = Table(
      "The same VAE with different β",
      columns: [
        .number("β"), .number("nats in the code"), .number("directions in use"), .number("ndcg@100", best: .largest),
        .number("coherence of prior draws"), .number("difference of two draws"),
      ])
    for weight in weights.weights {
      table.append([
        .text(Number.exact(weight.beta)), .number(weight.nats.value, decimals: 2), .count(weight.active),
        .number(weight.quality.value), .number(weight.coherence.value, decimals: 3),
        .text(Number.percent(weight.variety, decimals: 0)),
      ])
    }
    return table
  }

  /// How an item is shown: by its title, or else by its id.
  public func name(of item: Int) -> String { titles?.name(of: item) ?? items[item] }

  /// Three people who do not exist, by the source they come from.
  public var drawTable: Table {
    var table = Table(
      "Drawn and decoded: the five best items of three draws",
      columns: [.text("source"), .text("draw"), .text("items")])
    for source in [draws.prior, draws.pretended] {
      for (index, list) in source.examples.enumerated() {
        table.append([.text(source.name), .text("\(index + 1)"), .names(list.prefix(5).map(name(of:)))])
      }
    }
    return table
  }

  /// One way from person to person.
  public var wayTable: Table {
    var table = Table(
      "From \(ways.example.from) to \(ways.example.to), by the VAE", columns: [.text("position"), .text("best items")])
    for (step, items) in zip(WaysBetween.steps, ways.example.items) {
      table.append([.text(Number.percent(step, decimals: 0)), .names(items.map(name(of:)))])
    }
    return table
  }

  /// The lesson for a terminal.
  public func text(width: Int?) -> String {
    let measured =
      "Measured on \(Number.text(people)) people whom no model was trained on; \(models.replacing("`", with: ""))."
    var text = "\(summary) \(measured)".wrapped(at: min(width ?? 100, 100)) + "\n"
    for (number, part) in parts.enumerated() {
      text +=
        "\n\(number + 1). \(part.title)\n\n" + part.sentences.joined(separator: " ").wrapped(at: min(width ?? 100, 100))
        + "\n"
      if part is PriorDraws { text += "\n" + drawTable.markdown(width: width) }
      if part is WaysBetween { text += "\n" + wayTable.markdown(width: width) }
      if part is PriorWeights { text += "\n" + betaTable.markdown(width: width) }
    }
    return text
  }
}

extension LessonResult: Encodable {
  private enum CodingKeys: String, CodingKey { case summary, models, trainingUsers, people, parts, notes, seconds }
  private struct Part: Encodable {
    let title: String
    let holds: Bool
    let text: [String]
    let numbers: [String: Measured]
  }

  /// Writes the parts with their texts and numbers.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(summary, forKey: .summary)
    try container.encode(models, forKey: .models)
    try container.encode(trainingUsers, forKey: .trainingUsers)
    try container.encode(people, forKey: .people)
    try container.encode(
      parts.map { part in
        Part(
          title: part.title, holds: part.holds, text: part.sentences,
          numbers: Dictionary(part.numbers.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }))
      }, forKey: .parts)
    try container.encode(notes, forKey: .notes)
    try container.encode(seconds, forKey: .seconds)
  }
}
