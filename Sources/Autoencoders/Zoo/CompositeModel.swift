public import FileFormats

/// A model composed of other models, which are fitted for it.
///
/// Flags, config files and memory estimates reach its members through this protocol.
public protocol CompositeModel: ZooModel {
  /// The members.
  var members: [any ZooModel] { get set }
  /// The models that its settings may name as members; by default those of the zoo.
  var candidates: [any ZooModel.Type] { get set }
}

extension ZooModel {
  /// The members; none for most models.
  public var members: [any ZooModel] { (self as? any CompositeModel)?.members ?? [] }

  /// The model and its members.
  public var withMembers: [any ZooModel] { [self] + members.flatMap(\.withMembers) }

  /// Whether the model or one of its members is trained in epochs.
  public var hasEpochs: Bool { withMembers.contains { $0.isTrainedInEpochs } }

  /// The same model with some settings changed where it has them, and its members likewise.
  ///
  /// - Throws: ``HyperparameterError`` for a value that is out of range.
  public func settingWhereKnown(_ changes: [String: JSONValue]) throws -> any ZooModel {
    let changed = try setting(changes.filter { has($0.key) })
    guard var composite = changed as? any CompositeModel else { return changed }
    composite.members = try composite.members.map { try $0.settingWhereKnown(changes) }
    return composite
  }

  /// The same model, whose settings may name other models as members, for reading its file.
  func knowing(_ candidates: [any ZooModel.Type]) -> any ZooModel {
    guard var composite = self as? any CompositeModel else { return self }
    composite.candidates = candidates
    return composite
  }
}
