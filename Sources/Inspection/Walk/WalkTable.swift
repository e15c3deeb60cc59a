public import Evaluation

extension LatentWalk {
  /// One row for each step.
  public var table: ResultTable {
    var table = ResultTable(
      columns: ["overlap with start", "with end", "KL from start", "items"].map { .init($0) })
    for (index, step) in steps.enumerated() {
      table.append(
        "\(index + 1)",
        [
          .number(step.overlapWithStart, decimals: 2), .number(step.overlapWithEnd, decimals: 2),
          step.divergenceFromStart.map { .number($0) } ?? .missing,
          .text(step.items.map(\.item).joined(separator: "; ")),
        ])
    }
    return table
  }
}
