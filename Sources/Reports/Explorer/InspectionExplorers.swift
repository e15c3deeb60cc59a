import Autoencoders
public import Compute
import Experiments
public import Inspection
public import InteractionData

/// Explorers of inspected models.
extension InspectionReport {
  /// The largest number of bytes of weights in a page, whatever the number of models.
  private static let weightBudget = 3_000_000
  /// With more explorers, each would have too few items.
  private static let explorerLimit = 3

  /// A section with an explorer for each model.
  ///
  /// - Parameters:
  ///   - subjects: the models; the first three get an explorer.
  ///   - data: the users to start from.
  public static func explorers(
    of subjects: [InspectionSubject], on data: Interactions, processor: Processor
  ) throws -> [ReportSection] {
    let shown = subjects.prefix(explorerLimit)
    return try shown.map { subject in
      let directory = subject.directory
      let audience = directory.audience(data)
      var explorer = LatentExplorer(
        subject.label, model: directory.model, userIDs: audience.userIDs, profiles: audience.profiles,
        items: directory.items)
      explorer.titles = directory.titles
      explorer.byteBudget = min(explorer.byteBudget, weightBudget / shown.count)
      return ReportSection("Explore \(subject.label)", try explorer.blocks(processor: processor))
    }
  }
}
