import ArgumentParser
import Doppel

/// The values that shell completion offers for a flag.
extension CompletionKind {
  /// One model.
  static let model = list(Zoo.models.map { $0.name })
  /// Several models, with commas.
  static let models = commaList(Zoo.models.map { $0.name })
  /// Several models, with commas, or all.
  static let comparedModels = commaList(["all"] + Zoo.models.map { $0.name })
  /// Several metrics at the usual cut-offs, with commas.
  static let metrics = commaList((Metric.rankingDefaults + Metric.ratingDefaults).map(\.key))
  /// A ranking metric at the usual cut-offs.
  static let metric = list(Metric.rankingDefaults.filter(\.kind.largerIsBetter).map(\.key))
  /// The ways to split one file.
  static let splits = list(SplitKind.ofOneFile.map(\.rawValue))
  /// The separators that have names.
  static let delimiters = list(["tab", "comma", "semicolon", "blanks", "::"])
  /// Config files, by extension.
  static let config = file(extensions: ["yaml", "yml", "json"])

  /// Names separated by commas; the shell calls the command to complete them.
  private static func commaList(_ names: [String]) -> CompletionKind {
    custom { _, _, prefix in
      let parts = prefix.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      let earlier = parts.dropLast()
      let start = earlier.map { $0 + "," }.joined()
      return names.filter { !earlier.contains($0) }.map { start + $0 }
    }
  }
}
