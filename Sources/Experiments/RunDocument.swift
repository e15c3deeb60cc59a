public import Autoencoders

/// The JSON document of a run: the members of its facts beside those of its result.
public struct RunDocument<Result: Encodable & Sendable>: Encodable, Sendable {
  /// Seed, engine, version and other facts that apply.
  public var facts: RunFacts
  /// The result.
  public var result: Result
  /// The file that was written, if it is the result.
  public var output: String?
  /// The time of reading and of the whole run, if reported.
  public var seconds: ResultDocument.Seconds?

  private enum CodingKeys: String, CodingKey { case output, seconds }

  /// Creates a document.
  public init(_ facts: RunFacts, _ result: Result, output: String? = nil, seconds: ResultDocument.Seconds? = nil) {
    (self.facts, self.result, self.output, self.seconds) = (facts, result, output, seconds)
  }

  /// Writes all members side by side.
  public func encode(to encoder: any Encoder) throws {
    try facts.encode(to: encoder)
    try result.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(output, forKey: .output)
    try container.encodeIfPresent(seconds, forKey: .seconds)
  }
}
