public import FileFormats
import InteractionData
import Presentation

extension AuditResult {
  /// The members of the JSON document.
  public var json: [String: JSONValue] {
    get throws {
      func list(_ measures: [AuditMeasure]) -> JSONValue { .array(measures.map(\.json)) }
      func number(_ value: Int) -> JSONValue { .number(Double(value)) }
      return [
        "train": try JSONValue(encoding: train), "synthetic": try JSONValue(encoding: synthetic),
        "holdout": try holdout.map { try JSONValue(encoding: $0) } ?? .null,
        "fidelity": list(fidelity.measures), "utility": utility.map { list($0.measures) } ?? .null,
        "privacy": list(privacy.measures),
        "scores": .array(
          (utility?.scores ?? []).map {
            .object([
              "model": .string($0.model), "trainedOn": .string($0.trainedOn.rawValue), "ndcg@100": .number($0.value),
              "standardError": .number($0.standardError),
            ])
          }),
        "copies": .array(
          privacy.copies.map {
            .object([
              "from": number($0.from), "to": number($0.to), "synthetic": number($0.synthetic),
              "syntheticCopies": number($0.syntheticCopies), "real": number($0.real),
              "realCopies": number($0.realCopies),
            ])
          }),
        "conclusions": .array(conclusions.map { .string($0) }), "notes": .array(notes.map { .string($0) }),
      ]
    }
  }

  /// What the command prints: one table for each question, then the conclusions.
  public var text: String {
    func size(_ population: AuditPopulation) -> String {
      "\(population.name): \(counted(population.users, "user")) × \(counted(population.items, "item")), "
        + counted(population.interactions, "interaction")
    }
    var lines = "real      \(size(train))\n"
    if let holdout { lines += "holdout   \(size(holdout))\n" }
    lines += "synthetic \(size(synthetic))\n"
    let groups: [(String, [AuditMeasure])] = [
      ("fidelity", fidelity.measures), ("utility", utility?.measures ?? []), ("privacy", privacy.measures),
    ]
    for (name, measures) in groups where !measures.isEmpty {
      var table = Table(columns: [
        .text(name), .number("synthetic"), .number(holdout == nil ? "other half" : "holdout"), .text("verdict"),
      ])
      for measure in measures {
        table.append([
          .text(measure.kind.title), .number(measure.value, standardError: measure.standardError),
          .number(measure.ceiling, standardError: measure.ceilingError), .text(measure.judgement.rawValue),
        ])
      }
      lines += "\n" + table.markdown()
    }
    return lines + "\n" + conclusions.map { $0 + "\n" }.joined()
  }
}
