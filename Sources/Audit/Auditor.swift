public import Autoencoders
public import Compute
public import Experiments
import Foundation
import Presentation

/// Holds synthetic users against the real ones they were made from, and against real ones they were not.
public struct Auditor: Sendable {
  /// How much is looked at.
  public var options = AuditOptions()
  /// Receives the progress of the training for the utility measures; asked by the likelihood attacker as well whether to stop.
  public var observer = RunObserver()
  /// The guarantee of the model that drew the synthetic users, to stand beside the attacks; `nil` where it has none, or is not known.
  public var guarantee: PrivacyRecord?
  /// What the synthetic users are called in the names of trainings on them, without commas; `nil` for one audit alone.
  package var label: String?
  private let seed: Seed
  private let processor: Processor

  /// Prepares an audit; the same seed gives the same numbers at any number of threads.
  public init(seed: Seed, processor: Processor) {
    self.seed = seed
    self.processor = processor
  }

  /// Runs every measure.
  ///
  /// - Throws: `TrainingError` from the models of the utility measures, and when the observer is interrupted.
  /// - Complexity: for the distances, the number of pairs of users with an item in common, counted per item.
  public func audit(_ data: AuditData) throws -> AuditResult {
    let sample = AuditSample(data, maximumUsers: options.maximumUsers, seed: seed)
    var notes = data.notes + sample.notes
    if sample.isHalved {
      notes.append(
        "no holdout: fidelity is compared between two halves of the training data, which cannot detect memorised users; "
          + "distances to training users, membership inference and utility are not judged")
    }
    if data.synthetic.rowCount < data.train.rowCount {
      notes.append(
        "fewer synthetic than training users: \(data.synthetic.rowCount) against \(data.train.rowCount); the smaller "
          + "number determines the width of the intervals")
    }
    let counts = try CountAudit(
      sample, whole: data.synthetic, options: options, seed: seed, processor: processor)
    let neighbours = try NeighbourMeasures.measures(sample, k: options.neighbours, processor)
    let (pairMeasures, pairNotes) = try pairwise(sample)
    notes += pairNotes
    let privacy = try PrivacyAudit(data, options: options, seed: seed, processor: processor) {
      if observer.isInterrupted() { throw TrainingError.interrupted }
    }
    notes += privacy.notes
    var plots = try PlotData.make(data, counts, sample, seed: seed, processor)
    plots.distances = privacy.distances
    var utility: AuditUtility?
    if let wanted = options.utility {
      let found = try UtilityAudit(
        data, options: wanted, label: label, seed: seed, processor: processor, observer: observer)
      utility = found?.utility
      utility?.realScores = found?.realScores
      notes += found?.notes ?? ["utility not measured: no holdout user has five items"]
    } else {
      notes.append("utility not measured (--no-utility)")
    }
    var result = AuditResult(
      train: data.population(data.train, name: data.names.train),
      holdout: data.holdout.map { data.population($0, name: data.names.holdout ?? "holdout") },
      synthetic: data.population(data.synthetic, name: data.names.synthetic),
      fidelity: AuditFidelity(measures: counts.measures + pairMeasures + neighbours), utility: utility,
      privacy: privacy.privacy, plots: plots, conclusions: [], notes: notes)
    result.guarantee = guarantee
    result.conclusions = AuditConclusions.sentences(result)
    return result
  }

  /// MMD and the classifier: everything that looks at all pairs at once.
  private func pairwise(_ sample: AuditSample) throws -> ([AuditMeasure], [String]) {
    let count = min(
      options.pairUsers, sample.reference.rowCount, sample.synthetic.rowCount, sample.peers.rowCount)
    let reference = sample.reference.drawing(count, seed, .pairsReference)
    var found: [(MeanDiscrepancy, TwoSampleTest?)] = []
    for (tag, rows) in [(AuditDraw.pairsSynthetic, sample.synthetic), (.pairsPeers, sample.peers)] {
      let kernel = try KernelMatrix(reference, rows.drawing(count, seed, tag), processor)
      found.append(
        (
          MeanDiscrepancy(kernel, permutations: options.permutations, seed: seed, processor),
          try TwoSampleTest(kernel, seed: seed, processor)
        ))
    }
    let (value, ceiling) = (found[0], found[1])
    let area = value.1?.area ?? 0.5
    let belowChance = area + 3 * (value.1?.standardError ?? 0) < 0.5
    let measures = [
      // The margin is in units of how alike two real users are: 1 would be nothing in common, as for noise.
      GapRule.measure(
        .meanDiscrepancy, value: value.0.value, standardError: value.0.standardError, ceiling: ceiling.0.value,
        ceilingError: ceiling.0.standardError, margin: 0.05 * value.0.within,
        details: [
          "pValue": value.0.pValue, "ceilingPValue": ceiling.0.pValue, "realSimilarity": value.0.within,
        ],
        remark: "Permutation test: p = \(Number.decimal(value.0.pValue, 3)) (real users: "
          + "p = \(Number.decimal(ceiling.0.pValue, 3)))."
      ),
      GapRule.measure(
        .twoSampleTest, value: value.1?.area, standardError: value.1?.standardError, ceiling: ceiling.1?.area,
        ceilingError: ceiling.1?.standardError, remark: belowChance ? "An AUC below 0.5 can indicate copies." : "",
        missing: "Needs at least \(TwoSampleTest.least) distinct users in each group."),
    ]
    let isCut = count < min(sample.reference.rowCount, sample.synthetic.rowCount, sample.peers.rowCount)
    return (measures, isCut ? ["MMD and the classifier use \(count) users of each group"] : [])
  }
}
