import Autoencoders
public import Compute
import Experiments
public import Inspection
public import InteractionData

/// Explorers of inspected models.
extension InspectionReport {
  /// A section with an explorer of one model, or of two side by side.
  ///
  /// The directions are those of the first model with distributions. Beside it stands the first of points, or else the next
  /// model.
  ///
  /// - Parameters:
  ///   - subjects: the models.
  ///   - data: the users to start from.
  ///   - titles: titles and genres of items, where the model has none of its own.
  public static func explorers(
    of subjects: [InspectionSubject], on data: Interactions, titles: ItemTitles? = nil,
    processor: Processor
  ) throws -> [ReportSection] {
    let codes = subjects.filter {
      if case .none = $0.directory.model.latent { false } else { true }
    }
    func hasDistribution(_ subject: InspectionSubject) -> Bool {
      subject.directory.configuration.isVariational
    }
    guard let first = codes.first(where: hasDistribution) ?? codes.first else { return [] }
    let others = codes.filter { $0.label != first.label }
    let second = others.first { !hasDistribution($0) } ?? others.first
    let audience = first.directory.audience(data)
    var explorer = LatentExplorer(
      first.label, model: first.directory.model, userIDs: audience.userIDs,
      profiles: audience.profiles,
      items: first.directory.items)
    explorer.titles = first.directory.titles ?? titles?.selecting(first.directory.items)
    if let second {
      let directory = second.directory
      explorer.add(
        second.label, model: directory.model, profiles: directory.audience(data).profiles,
        items: directory.items)
    }
    let shown = [first.label] + (second.map { [$0.label] } ?? [])
    var section = ReportSection(
      "Explore \(shown.joined(separator: " and "))", try explorer.blocks(processor: processor))
    let left = codes.map(\.label).filter { !shown.contains($0) }
    if !left.isEmpty {
      section.blocks.append(
        .note(
          "The explorer has room for two models: \(left.joined(separator: ", ")) can have a report of their own."
        ))
    }
    return [section]
  }
}
