import InteractionData
public import Presentation

extension LatentWalk {
  /// One row for each step.
  public var table: Table {
    var table = Table(columns: [
      .text("step"), .number("overlap with start"), .number("with end"), .number("KL from start"), .text("items"),
    ])
    for (index, step) in steps.enumerated() {
      table.append([
        .count(index + 1), .number(step.overlapWithStart, decimals: 2), .number(step.overlapWithEnd, decimals: 2),
        .number(step.divergenceFromStart), .names(step.items.map { ItemTitles.label($0.item, title: $0.title) }),
      ])
    }
    return table
  }
}
