import Presentation

/// Contenders that differ in one number alone, in the order of that number: what plots join by a line.
public struct GenerativeCurve: Sendable, Equatable {
  /// The number that differs.
  public enum Parameter: Sendable { case temperature, epsilon }

  /// What its contenders share, such as `mult-vae, prior` or `mult-vae, private`.
  public let name: String
  /// The number that differs.
  public let parameter: Parameter
  /// The contenders, in ascending order of the number.
  public internal(set) var contenders: [GenerativeContender]

  /// The number of one contender in words, such as `T 0.5` or `ε 3`.
  public func mark(of contender: GenerativeContender) -> String {
    parameter == .epsilon
      ? "ε \(Number.exact(contender.epsilon ?? .infinity))" : "T \(Number.exact(contender.temperature))"
  }
}

extension GenerativeResult {
  /// The temperatures, in ascending order.
  public var temperatures: [Double] { Set(contenders.map(\.temperature)).sorted() }

  /// One curve over the temperatures for each source of each model.
  ///
  /// A model that was fitted with several guarantees has one over ε for each temperature besides; one that was fitted
  /// with a single guarantee has one more over the temperatures.
  public var curves: [GenerativeCurve] {
    var curves: [GenerativeCurve] = []
    for contender in contenders {
      let parameter = parameter(for: contender)
      let name = curveName(of: contender, over: parameter)
      if let place = curves.firstIndex(where: { $0.name == name }) {
        curves[place].contenders.append(contender)
      } else {
        curves.append(GenerativeCurve(name: name, parameter: parameter, contenders: [contender]))
      }
    }
    for place in curves.indices {
      curves[place].contenders.sort {
        ($0.epsilon ?? .infinity, $0.temperature) < ($1.epsilon ?? .infinity, $1.temperature)
      }
    }
    return curves
  }

  private func parameter(for contender: GenerativeContender) -> GenerativeCurve.Parameter {
    if contender.guarantee == nil { return .temperature }
    let sameModel = contenders.filter { $0.model == contender.model }
    return Set(sameModel.compactMap(\.epsilon)).count > 1 ? .epsilon : .temperature
  }

  private func curveName(of contender: GenerativeContender, over parameter: GenerativeCurve.Parameter) -> String {
    switch (parameter, contender.epsilon) {
    case (.epsilon, _):
      "\(contender.model), private"
        + (temperatures.count > 1 ? ", T \(Number.exact(contender.temperature))" : "")
    case (.temperature, let epsilon?): "\(contender.model), ε \(Number.exact(epsilon))"
    case (.temperature, nil): contender.source.label(of: contender.model)
    }
  }
}
