import Autoencoders
import InteractionData
public import Presentation

/// What the command prints, and the tables of single dimensions, runs and tastes.
extension InspectionStudy {
  /// What the command prints: all measures, the strongest dimensions of each model, agreement, recovery, and what may be
  /// concluded.
  ///
  /// - Parameter width: the most that a line holds; see `Table.markdown`.
  public func text(width: Int? = nil) -> String {
    var text = tables.map {
      "\($0.group.rawValue)\n\n" + $0.table.markdown(firstColumn: counted(users, "user"), width: width)
    }
    .joined(separator: "\n")
    for model in models {
      let shown = min(12, model.codes.dimensions.count)
      text += "\n\(model.label): the \(shown) dimensions with the largest "
      text += "\(model.distribution == nil ? "variance" : "KL")\n\n"
      text += dimensionTable(of: model, limit: shown).markdown(width: width)
    }
    if !agreements.isEmpty {
      text += "\nRuns of the same model, on the same users\n\n" + agreementTable.markdown(width: width)
    }
    if let recoveryTable {
      text += "\nRecovery of the true tastes from the codes\n\n" + recoveryTable.markdown(width: width)
    }
    return text + (sentences.isEmpty ? "" : "\n") + sentences.map { $0 + "\n" }.joined()
  }

  /// The dimensions of one model with the largest KL, or variance where codes are points, and the items they raise.
  public func dimensionTable(of model: InspectedModel, limit: Int) -> Table {
    let posteriors = model.distribution?.dimensions
    var table = Table(
      columns: [.text("dimension")] + (posteriors == nil ? [] : [.number("KL")]) + [
        .number("mean"), .number("variance"),
      ]
        + (posteriors == nil ? [] : [.number("posterior variance")]) + [.text("active"), .text("up"), .text("down")])
    let order = model.codes.dimensions.sorted { a, b in
      let (first, second) = (
        posteriors?[a.number - 1].divergence ?? a.variance, posteriors?[b.number - 1].divergence ?? b.variance
      )
      return (second, a.number) < (first, b.number)
    }
    for dimension in order.prefix(limit) {
      let posterior = posteriors?[dimension.number - 1]
      func ofPosterior(_ value: Double?) -> [Table.Cell] { value.map { [.number($0)] } ?? [] }
      table.append(
        [.count(dimension.number)] + ofPosterior(posterior?.divergence)
          + [.number(dimension.mean), .number(dimension.variance)] + ofPosterior(posterior?.posteriorVariance)
          + [
            .text(dimension.isActive ? "yes" : "no"), .names(dimension.up.prefix(2).map(\.label)),
            .names(dimension.down.prefix(2).map(\.label)),
          ])
    }
    return table
  }

  /// How far pairs of runs agree.
  public var agreementTable: Table {
    var table = Table(columns: [
      .text("runs"), .number("Procrustes"), .number("unaligned"), .number("CKA"), .number("scale ratio"),
    ])
    for pair in agreements {
      table.append([
        .name("\(pair.a) and \(pair.b)"), .number(pair.procrustes), .number(pair.unaligned), .number(pair.cka),
        .number(pair.scaleRatio, decimals: 3),
      ])
    }
    func text(_ mean: Interval) -> Table.Cell {
      .text("\(Number.decimal(mean.value)) (\(Number.decimal(mean.low)) to \(Number.decimal(mean.high)))")
    }
    for runs in stabilities {
      table.append([
        .text("\(runs.runs) runs of \(runs.model)"), text(runs.procrustes), text(runs.unaligned), text(runs.cka),
        text(runs.scaleRatio),
      ])
    }
    return table
  }

  /// How well the codes predict the true tastes.
  public var recoveryTable: Table? {
    guard let recovery else { return nil }
    var table = Table(columns: [
      .text("representation"), .number("dimensions"), .number("probe R²"), .number("information gap"),
      .number("disentanglement"), .number("completeness"),
    ])
    for row in recovery.rows {
      table.append([
        .name(row.name), .count(row.dimensions), .number(row.probe), .number(row.informationGap),
        .number(row.disentanglement), .number(row.completeness),
      ])
    }
    return table
  }
}
