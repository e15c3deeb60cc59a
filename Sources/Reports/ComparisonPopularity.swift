import Evaluation
import Experiments
import Plots
import Presentation

/// How popular the recommended items are.
extension ComparisonReport {
  /// The number of groups of items.
  private static let groups = 10

  var popularity: ReportSection? {
    let counted = comparison.models.compactMap { model in
      model.ranking?.recommendations.map { (model: model, counts: $0) }
    }
    guard let cutoff = counted.first?.counts.cutoff, cutoff > 0, !itemPopularity.isEmpty else { return nil }
    let groups = Self.groups(of: itemPopularity)
    var sizes = [Int](repeating: 0, count: Self.groups)
    for group in groups { sizes[group] += 1 }

    let rows = counted.map { entry in (name: entry.model.name, shares: Self.shares(entry.counts.counts, groups)) }
    let labels = (1...Self.groups).map(String.init)
    var plot = Plot(
      "Recommendations by item popularity",
      description: rows.map {
        "\($0.name): \(Number.text(100 * $0.shares[0], decimals: 0)) % of its recommendations are in the most popular group."
      }.joined(separator: " "),
      x: Axis(
        "group of items, most popular first (each holds a tenth of the training interactions)", .categories(labels)),
      y: Axis("share of recommendations", includesZero: true))
    plot.width = .page
    plot.marks =
      [Rule(y: 1 / Double(Self.groups), label: "training data")]
      + rows.map { row in
        Line(series(row.name), row.shares.enumerated().map { PlotPoint(Double($0.offset), $0.element) })
      }
    var table = Table(
      "Share of the top \(cutoff) by popularity group",
      columns: [.text("model")] + labels.indices.map { .number("\(labels[$0]) (\(Number.text(sizes[$0])) items)") })
    for row in rows { table.append([.name(row.name)] + row.shares.map { .number($0, decimals: 3) }) }

    var section = ReportSection(
      "Popularity of recommended items",
      [
        .prose(
          "Items are sorted by popularity and divided into \(Self.groups) groups with equal numbers of training "
            + "interactions, from group 1 (the \(Number.text(sizes[0])) most popular items) to group \(Self.groups) (the "
            + "\(Number.text(sizes[Self.groups - 1])) rarest). Recommendations distributed like the training data would give each group "
            + "a tenth."
        ),
        .figures([
          ReportFigure(
            plot,
            caption: "Share of the top \(cutoff) of all test users. Items that a user already has are not recommended.",
            table: table)
        ]),
      ])
    if let favourites = favourites(of: counted.map { ($0.model.name, $0.counts.counts) }, cutoff) {
      section.blocks.append(.table(favourites))
    }
    return section
  }

  /// How many items the list of favourites has.
  private static let listed = 10

  /// What the training users have most, and what each model recommends to most test users; `nil` where items have no names.
  private func favourites(of models: [(name: String, counts: [Int])], _ cutoff: Int) -> Table? {
    guard itemLabels.count == itemPopularity.count else { return nil }
    let columns = ([("training data", itemPopularity)] + models).map { name, counts in
      (name: name, items: Self.largest(counts, Self.listed).filter { counts[$0] > 0 })
    }
    var table = Table(
      "The items that most training users have, and those that each model recommends most often (top \(cutoff))",
      columns: [.number("rank")] + columns.map { .text($0.name) })
    for rank in 0..<Self.listed where columns.contains(where: { rank < $0.items.count }) {
      table.append(
        [.count(rank + 1)]
          + columns.map { rank < $0.items.count ? .name(itemLabels[$0.items[rank]]) : .missing })
    }
    return table
  }

  /// The places of the largest numbers, largest first; of equal ones the first.
  private static func largest(_ numbers: [Int], _ count: Int) -> [Int] {
    Array(numbers.indices.sorted { (numbers[$1], $0) < (numbers[$0], $1) }.prefix(count))
  }

  /// The group of each item, 0 for the most popular.
  static func groups(of popularity: [Int]) -> [Int] {
    let order = popularity.indices.sorted { (popularity[$1], $0) < (popularity[$0], $1) }
    let total = popularity.reduce(0, +)
    var groups = [Int](repeating: groups - 1, count: popularity.count)
    var before = 0
    for item in order where total > 0 {
      groups[item] = min(Self.groups - 1, before * Self.groups / total)
      before += popularity[item]
    }
    return groups
  }

  /// The share of all recommendations that goes to each group.
  static func shares(_ counts: [Int], _ groups: [Int]) -> [Double] {
    var sums = [Double](repeating: 0, count: Self.groups)
    for (count, group) in zip(counts, groups) { sums[group] += Double(count) }
    let total = sums.reduce(0, +)
    return sums.map { total > 0 ? $0 / total : 0 }
  }
}
