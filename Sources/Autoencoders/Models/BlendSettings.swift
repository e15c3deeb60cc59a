import FileFormats

/// The form of a blend in files and flags.
///
/// A member is given by its name, or by `{"model": name, "hyperparameters": {…}}` as in `config.json`.
extension Blend {
  static var membersSetting: Setting<Self> {
    Setting(
      name: "members", help: "Models to blend, such as linear,mult-vae (default: \(defaultNames)).",
      placeholder: "names", form: .models,
      accepted: "names of ranking models that are no blends, such as linear,mult-vae",
      read: { blend in
        .array(
          blend.members.map {
            .object(["model": .string($0.name), "hyperparameters": .object($0.hyperparameters)])
          })
      },
      write: { blend, value in
        guard case .array(let values) = value, !values.isEmpty else { return false }
        // Its own members are always known models.
        let candidates = blend.members.map { type(of: $0) } + blend.candidates
        let members = values.compactMap { member($0, among: candidates) }
        guard members.count == values.count else { return false }
        blend.members = members
        return true
      })
  }

  private static let defaultNames = Blend().members.map(\.name).joined(separator: ",")

  static var weightsSetting: Setting<Self> {
    Setting(
      name: "weights", help: "Weight of each member (default: chosen on the validation users).",
      placeholder: "numbers", form: .numbers, accepted: "a number of at least 0 for each member, not all of them 0",
      hasFlag: false,
      read: { $0.weights.map { .array($0.map { .number($0) }) } ?? .null },
      write: { blend, value in
        if value == .null {
          blend.weights = nil
          return true
        }
        guard case .array(let values) = value, values.count == blend.members.count else { return false }
        let weights = values.compactMap { if case .number(let weight) = $0 { weight } else { nil } }
        guard weights.count == values.count, weights.allSatisfy({ $0 >= 0 }), weights.contains(where: { $0 > 0 }),
          weights.reduce(0, +).isFinite
        else { return false }
        blend.weights = weights
        return true
      })
  }

  private static func member(_ value: JSONValue, among candidates: [any ZooModel.Type]) -> (any ZooModel)? {
    guard let name = value.text ?? value.members?["model"]?.text,
      let type = candidates.first(where: { $0.name == name && $0.task == .ranking }),
      // A setting is for every model that has it, and a blend in a blend would be given its own members again and again.
      !(type is any CompositeModel.Type)
    else { return nil }
    let plain = type.init().knowing(candidates)
    return try? plain.setting(value.members?["hyperparameters"]?.members ?? [:])
  }

  /// Whether the same models are blended with the same weights.
  public static func == (a: Blend, b: Blend) -> Bool {
    a.weights == b.weights && a.members.count == b.members.count
      && zip(a.members, b.members).allSatisfy { $0.isEqual(to: $1) }
  }
}
