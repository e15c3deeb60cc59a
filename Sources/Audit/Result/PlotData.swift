import Compute
import Foundation
import InteractionData

/// Makes the plot data of an audit.
enum PlotData {
  static func make(_ data: AuditData, _ counts: CountAudit, _ sample: AuditSample, seed: Seed, _ processor: Processor)
    throws -> AuditPlots
  {
    var plots = AuditPlots()
    let sources: [(AuditSource, SparseRows)] =
      [(.train, data.train)] + (data.holdout.map { [(.holdout, $0)] } ?? []) + [(.synthetic, data.synthetic)]
    plots.popularity = popularity(sources, data.train)
    plots.lengths = lengths(sources)
    plots.lifts = lifts(data, counts, hasHoldout: !sample.isHalved)
    plots.map = try map(sources, seed, processor)
    return plots
  }

  private static func popularity(
    _ sources: [(AuditSource, SparseRows)], _ train: SparseRows
  ) -> [AuditPlots.PopularityCurve] {
    let known = train.columnCounts()
    let order = known.indices.sorted { (known[$1], $0) < (known[$0], $1) }
    var ranks: [Int] = []
    var next = 1.0
    while Int(next) <= order.count {
      ranks.append(Int(next))
      next = max(next + 1, next * 1.06)
    }
    return sources.map { source, rows in
      let shares = rows.columnCounts().map { Double($0) / Double(max(1, rows.rowCount)) }
      return AuditPlots.PopularityCurve(
        source: source, ranks: ranks,
        shares: ranks.indices.map { place in
          let end = place + 1 < ranks.count ? ranks[place + 1] : order.count + 1
          return Statistics.mean(order[ranks[place] - 1..<end - 1].map { shares[$0] })
        })
    }
  }

  private static func lengths(_ sources: [(AuditSource, SparseRows)]) -> [AuditPlots.Histogram] {
    let lengths = sources.map { _, rows in (0..<rows.rowCount).map { rows.count(ofRow: $0) } }
    // The longest one in two hundred would leave nothing of the others.
    let limit = lengths.map { $0.isEmpty ? 1 : $0.sorted()[($0.count - 1) * 199 / 200] }.max() ?? 1
    let width = max(1, Int((Double(limit) / 40).rounded(.up)))
    let bins = limit / width + 1
    let edges = (0...bins).map { Double($0 * width) }
    return zip(sources, lengths).map { source, lengths in
      var counts = [Int](repeating: 0, count: bins)
      for length in lengths { counts[min(bins - 1, length / width)] += 1 }
      return AuditPlots.Histogram(
        source: source.0, edges: edges, shares: counts.map { Double($0) / Double(max(1, lengths.count)) })
    }
  }

  private static func lifts(_ data: AuditData, _ counts: CountAudit, hasHoldout: Bool) -> [AuditPlots.LiftPoint] {
    let top = counts.top
    let train = CountMeasures.lifts(counts.reference, top: top)
    let synthetic = CountMeasures.lifts(counts.synthetic, top: top)
    let holdout = CountMeasures.lifts(counts.peers, top: top)
    let pairs = top.indices.flatMap { i in top.indices.dropFirst(i + 1).map { j in [top[i], top[j]] } }
    return pairs.indices.map { index in
      AuditPlots.LiftPoint(
        items: pairs[index].map { data.items[$0] }, train: train[index], synthetic: synthetic[index],
        holdout: hasHoldout ? holdout[index] : nil)
    }
  }

  /// Kernel principal components (Schölkopf, Smola and Müller, 1998) of some training users, others placed between them.
  private static func map(
    _ sources: [(AuditSource, SparseRows)], _ seed: Seed, _ processor: Processor
  ) throws -> [AuditPlots.MapPoint] {
    let landmarks = sources[0].1.drawing(300, seed, .mapLandmarks)
    let (index, count) = (JaccardIndex(landmarks), landmarks.rowCount)
    func similarities(_ rows: SparseRows) throws -> [[Double]] {
      try index.map(rows, processor, start: { [[Double]]() }) { part, _, similarities in
        var row: [Double] = []
        for value in similarities { row.append(Double(value)) }
        part.append(row)
      }.flatMap(\.self)
    }
    let kernel = try similarities(landmarks)
    let means = kernel.map(Statistics.mean)
    let mean = Statistics.mean(means)
    var centred = Matrix<Double>(rows: count, columns: count)
    for i in 0..<count { for j in 0..<count { centred[i, j] = kernel[i][j] - means[i] - means[j] + mean } }
    let (values, vectors) = try LinearAlgebra.eigensystem(symmetric: centred)
    return try zip(sources, [AuditDraw.mapFirst, .mapSecond, .mapThird]).flatMap { entry, tag in
      try similarities(entry.1.drawing(300, seed, tag)).map { row in
        let own = Statistics.mean(row)
        func coordinate(_ axis: Int) -> Double {
          guard axis < count, values[axis] > 1e-9 else { return 0 }
          var sum = 0.0
          for i in 0..<count { sum += vectors[i, axis] * (row[i] - own - means[i] + mean) }
          return sum / values[axis].squareRoot()
        }
        return AuditPlots.MapPoint(source: entry.0, x: coordinate(0), y: coordinate(1))
      }
    }
  }
}
