public import Presentation

extension Table.Column {
  /// The column of a metric.
  public init(_ metric: Metric) {
    self = .number(metric.key, best: metric.kind.largerIsBetter ? .largest : .smallest)
  }
}

extension Table.Cell {
  /// The cell of a metric.
  public init(_ score: MetricScore?, decimals: Int = 4) {
    self = .number(score?.value, standardError: score?.standardError, decimals: decimals)
  }
}
