public import FileFormats

/// A hyper-parameter that cannot be set.
public enum HyperparameterError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The model has none of this name.
  case unknown(String, model: String, known: [String])
  /// The value is of the wrong kind or out of range.
  case invalid(String, model: String, value: JSONValue, accepted: String)

  /// What is wrong, in one sentence.
  public var description: String {
    switch self {
    case .unknown(let key, let model, let known):
      known.isEmpty
        ? "\(model) has no hyper-parameters, and no \(key)"
        : "\(model) has no hyper-parameter \(key); did you mean \(alternatives(nearestSpellings(to: key, among: known)))? "
          + "It has \(known.joined(separator: ", "))"
    case .invalid(let key, let model, let value, let accepted):
      "\(key) of \(model) cannot be \(value.prettyPrinted); accepted: \(accepted)"
    }
  }
}

/// What each hyper-parameter may be, whichever model has it.
enum HyperparameterRange {
  static func check(_ key: String, _ value: JSONValue, model: String) throws {
    let fits: Bool
    switch (key, value) {
    case ("hidden", .array(let widths)): fits = widths.allSatisfy { whole($0, from: 1, to: 100_000) }
    case ("latent", _): fits = whole(value, from: 1, to: 100_000)
    case ("dropout", .number(let rate)): fits = rate >= 0 && rate < 1
    case ("corruptionScale", .number(let scale)): fits = scale > 0 && scale.isFinite
    case ("beta", .number(let beta)), ("weightDecay", .number(let beta)):
      fits = beta >= 0 && beta.isFinite
    case ("learningRate", .number(let rate)): fits = rate > 0 && rate.isFinite
    case ("annealingSteps", .null), ("batchSize", .null), ("corruptionScale", .null): fits = true
    case ("annealingSteps", _), ("patience", _), ("negatives", _):
      fits = whole(value, from: 0, to: Int(Int32.max))
    case ("batchSize", _), ("epochs", _): fits = whole(value, from: 1, to: Int(Int32.max))
    case ("likelihood", .string(let name)):
      fits = Likelihood(rawValue: name) != nil && (model != CDAE.name || name != Likelihood.multinomial.rawValue)
    case ("unseenUsers", .string(let name)): fits = UserVectors(rawValue: name) != nil
    default: fits = false
    }
    if !fits {
      throw HyperparameterError.invalid(
        key, model: model, value: value, accepted: words(key, model: model))
    }
  }

  static func words(_ key: String, model: String = "") -> String {
    switch key {
    case "hidden": "widths such as 600 or 600,300, each from 1 to 100000"
    case "latent": "a whole number from 1 to 100000"
    case "dropout": "a number from 0 up to but not including 1"
    case "beta", "weightDecay": "a number of at least 0"
    case "learningRate", "corruptionScale": "a number above 0"
    case "annealingSteps", "patience", "negatives": "a whole number from 0 to \(Int32.max)"
    case "batchSize", "epochs": "a whole number from 1 to \(Int32.max)"
    case "likelihood":
      Likelihood.allCases.map(\.rawValue).filter { model != CDAE.name || $0 != "multinomial" }
        .joined(separator: ", ")
    case "unseenUsers": UserVectors.allCases.map(\.rawValue).joined(separator: ", ")
    default: "a value of another type"
    }
  }

  private static func whole(_ value: JSONValue, from low: Int, to high: Int) -> Bool {
    if case .number(let number) = value, let whole = Int(exactly: number) {
      return whole >= low && whole <= high
    }
    return false
  }
}
