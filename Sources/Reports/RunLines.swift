import Autoencoders

extension RunFacts {
  /// Seed, engine and version, for the heading of a page.
  var lines: [(name: String, value: String)] {
    [("seed", seed.map { "\($0)" } ?? "–"), ("engine", engineWords), ("doppel", version)]
  }
}
