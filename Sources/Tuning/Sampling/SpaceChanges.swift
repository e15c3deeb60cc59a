public import Autoencoders
public import FileFormats

/// Other ranges for the settings of a model, by name; `nil` for a setting that is not searched.
public typealias SpaceChanges = [String: SearchRange?]

extension ZooModel {
  /// Parses the range of a setting in a space file: `{from: 16, to: 512, log: true}`, `{among: [50, 100]}`, or `false`
  /// for none.
  ///
  /// - Throws: ``SpaceError``.
  public func searchRange(of name: String, from value: JSONValue) throws(SpaceError) -> SearchRange? {
    guard let accepted = accepted(for: name) else {
      throw SpaceError("\(self.name) has no \(name); did you mean \(nearest(to: name))?")
    }
    let forms = "{from: 0, to: 1}, {from: 1, to: 100, log: true}, {among: [1, 2]} or false"
    if value == .bool(false) || value == .null { return nil }
    guard var members = value.members else {
      throw SpaceError("\(name) of \(self.name) cannot be searched over \(value.line); accepted: \(forms)")
    }
    let range: SearchRange
    let ends: [JSONValue]
    if case .array(let values)? = members.removeValue(forKey: "among") {
      guard !values.isEmpty else { throw SpaceError("\(name) of \(self.name) has no values to choose from") }
      (range, ends) = (.among(values), values)
    } else {
      guard case .number(let low)? = members.removeValue(forKey: "from"),
        case .number(let high)? = members.removeValue(forKey: "to"), low < high
      else { throw SpaceError("\(name) of \(self.name) needs from and a larger to; accepted: \(forms)") }
      let isLogarithmic = members.removeValue(forKey: "log") ?? false
      guard case .bool(let isLogarithmic) = isLogarithmic else {
        throw SpaceError("log of \(name) of \(self.name) must be true or false")
      }
      if isLogarithmic && low <= 0 {
        throw SpaceError(
          "\(name) of \(self.name) cannot be searched on a logarithmic scale from \(JSONValue.number(low).line); accepted: from above 0"
        )
      }
      (range, ends) = (isLogarithmic ? .logarithmic(low...high) : .linear(low...high), [.number(low), .number(high)])
    }
    if let left = members.keys.min() {
      throw SpaceError("\(name) of \(self.name) has an unknown \(left); accepted: \(forms)")
    }
    for end in ends where (try? setting([name: end])) == nil {
      throw SpaceError("\(name) of \(self.name) cannot be \(end.line); accepted: \(accepted)")
    }
    return range
  }

  private func nearest(to name: String) -> String {
    alternatives(nearestSpellings(to: name, among: hyperparameters.keys.sorted()))
  }
}

/// A range that cannot be searched.
public struct SpaceError: Error, Equatable, CustomStringConvertible {
  /// What is wrong, in one sentence.
  public let description: String

  init(_ description: String) { self.description = description }
}
