import InteractionData
import Autoencoders
public import Experiments
import FileFormats
public import Presentation

/// Autoencoders and variational autoencoders compared as generators.
public struct GenerativeResult: Sendable {
  /// How many users models were fitted on.
  public let trainingUsers: Int
  /// The number of held-out users they are compared with.
  public let heldOutUsers: Int
  /// What fitting took, model by model; nothing is scored.
  public let models: [ModelResult]
  /// In the order of the models; those of a model by guarantee, source and temperature.
  public let contenders: [GenerativeContender]
  /// Draws from distributions that are part of a model against fitted Gaussians over points at the same temperature,
  /// measure by measure; none of private models.
  public let comparisons: [GenerativeDifference]
  /// Notes with counts.
  public let notes: [String]

  /// The measures of fidelity in the table: those that contenders are compared on.
  public static let fidelity: [AuditMeasureKind] = [
    .popularity, .profileLength, .coOccurrence, .liftCorrelation, .twoSampleTest, .precision, .recall, .coverage,
  ]
  /// The measures of utility in the table, where they were measured.
  public static let utility: [AuditMeasureKind] = [.popularityUtility, .vaeUtility]
  /// The measures of privacy in the table.
  public static let privacy: [AuditMeasureKind] = [
    .exactCopies, .closestRecordShare, .membershipAUC, .likelihoodMembershipAUC,
  ]

  /// Puts a result together, and compares its contenders.
  package init(
    trainingUsers: Int, heldOutUsers: Int, models: [ModelResult], contenders: [GenerativeContender], notes: [String]
  ) {
    self.trainingUsers = trainingUsers
    self.heldOutUsers = heldOutUsers
    self.models = models
    self.contenders = contenders
    self.notes = notes
    let variational = Set(models.filter(\.configuration.isVariational).map(\.name))
    let own = contenders.filter { $0.source != .fitted && $0.guarantee == nil }
      .sorted { $0.source == .population && $1.source == .prior }
    let laid = contenders.filter { !variational.contains($0.model) }
    let pairs = own.flatMap { a in laid.filter { $0.temperature == a.temperature }.map { (a, $0) } }
    let count = pairs.count * Self.fidelity.count
    comparisons = pairs.flatMap { a, b in
      Self.fidelity.compactMap { kind in
        GenerativeDifference((a.label, a[kind]), (b.label, b[kind]), comparisons: count)
      }
    }
  }

  /// The measures of utility that were measured.
  public var measuredUtility: [AuditMeasureKind] {
    Self.utility.filter { kind in contenders.contains { $0[kind]?.value != nil } }
  }

  /// The measures of privacy in the table, and the attacker with shadow models where there was one.
  public var measuredPrivacy: [AuditMeasureKind] {
    Self.privacy + [.shadowMembershipAUC].filter { kind in contenders.contains { $0[kind] != nil } }
  }

  /// One row for the held-out users, whom no generator is expected to pass, and one for each contender.
  ///
  /// The utility of held-out users is that of training on real ones. With several temperatures, guarantees, measures of
  /// utility or shadow generators, the last column has the strongest attacker.
  public var table: Table {
    let kinds = Self.fidelity + measuredUtility + measuredPrivacy
    let isOfCurves =
      contenders.contains { $0.temperature != 1 || $0.guarantee != nil } || !measuredUtility.isEmpty
      || measuredPrivacy.contains(.shadowMembershipAUC)
    let strongest: [Table.Column] = isOfCurves ? [.number("strongest AUC")] : []
    var table = Table(columns: [.text("users from")] + kinds.map { .number(Self.heading($0)) } + strongest)
    func append(_ name: String, _ attack: Double?, _ value: (AuditMeasureKind) -> Double?) {
      var row: [Table.Cell] = [.text(name)]
      for kind in kinds { row.append(.number(value(kind), decimals: 3)) }
      if isOfCurves { row.append(.number(attack, decimals: 3)) }
      table.append(row)
    }
    if let first = contenders.first {
      append("held-out users", first.attacks.compactMap(\.ceiling).max()) { first[$0]?.ceiling }
    }
    for contender in contenders {
      append(contender.label, contender.strongestAttack?.value) { contender[$0]?.value }
    }
    return table
  }

  /// What the command prints: sizes, the table, what may be concluded.
  public var text: String { text(width: nil) }

  /// The same with a table that is at most so wide, as `Table.markdown` makes it.
  public func text(width: Int?) -> String {
    let sizes =
      "\(counted(trainingUsers, "training user")), \(heldOutUsers) held out, \(contenders.first?.users ?? 0) drawn from each "
      + (temperatures.count > 1 ? "source at each temperature" : "model")
    return sizes + "\n\n" + table.markdown(width: width) + "\n" + sentences.map { $0 + "\n" }.joined()
  }

  /// What may be concluded, a sentence for each pair.
  public var sentences: [String] {
    var sentences: [String] = []
    var place = 0
    while place < comparisons.count {
      let (a, b) = (comparisons[place].a, comparisons[place].b)
      let same = comparisons[place...].prefix { $0.a == a && $0.b == b }
      place += same.count
      sentences.append("\(a) against \(b): " + Self.findings(Array(same)) + ".")
    }
    if !comparisons.isEmpty {
      sentences.append(
        "\"Nearer\" means a smaller gap to held-out users, with simultaneous "
          + "\(Number.percent(GenerativeDifference.level, decimals: 0)) intervals over users; they do not cover another training run."
      )
    }
    return sentences
  }

  private static func findings(_ differences: [GenerativeDifference]) -> String {
    func list(_ chosen: [GenerativeDifference]) -> String {
      chosen.map { "\(heading($0.kind)) (by \(Number.decimal(abs($0.difference), 3)))" }.joined(separator: ", ")
    }
    let (nearer, farther) = (differences.filter(\.showsNearer), differences.filter(\.showsFarther))
    let open = differences.count - nearer.count - farther.count
    if open == differences.count { return "no significant difference on any of \(open) measures" }
    var parts: [String] = []
    if !nearer.isEmpty { parts.append("nearer to real users on " + list(nearer)) }
    if !farther.isEmpty { parts.append("farther from them on " + list(farther)) }
    if open > 0 { parts.append("no significant difference on the other \(open)") }
    return parts.joined(separator: "; ")
  }

  private static func heading(_ kind: AuditMeasureKind) -> String {
    switch kind {
    case .profileLength: "length"
    case .coOccurrence: "pairs"
    case .liftCorrelation: "lift"
    case .twoSampleTest: "C2ST AUC"
    case .exactCopies: "copies"
    case .closestRecordShare: "nearer to train"
    case .membershipAUC: "membership AUC"
    case .likelihoodMembershipAUC: "likelihood AUC"
    case .shadowMembershipAUC: "shadow AUC"
    default: kind.rawValue
    }
  }
}

/// The JSON document of `compare --generative`: that of a comparison of rankings, with generators in the place of lists.
public struct GenerativeDocument: Encodable, Sendable {
  private let document: ResultDocument
  private let result: GenerativeResult

  private enum CodingKeys: String, CodingKey { case ceiling, contenders, comparisons, conclusions }

  /// Puts a document together.
  public init(_ document: ResultDocument, _ result: GenerativeResult) {
    (self.document, self.result) = (document, result)
  }

  /// The members of the one, then those of the other, which replace what has the same name.
  public func encode(to encoder: any Encoder) throws {
    try document.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    let ceilings = (result.contenders.first?.measures ?? []).map { ($0.kind.rawValue, Ceiling($0)) }
    try container.encode(Dictionary(ceilings) { $1 }, forKey: .ceiling)
    try container.encode(result.contenders, forKey: .contenders)
    try container.encode(result.comparisons, forKey: .comparisons)
    try container.encode(result.sentences, forKey: .conclusions)
  }

  private struct Ceiling: Encodable {
    @OrNull var value: Double?
    @OrNull var standardError: Double?

    init(_ measure: AuditMeasure) { (value, standardError) = (measure.ceiling, measure.ceilingError) }
  }
}
