import Autoencoders
public import Compute
public import InteractionData
import Presentation

/// Ways through the latent spaces of several models: `inspect --traverse` and `--interpolate`.
public struct WalkStudy: Sendable, Equatable, Encodable {
  /// The ways through one model.
  public struct Model: Sendable, Equatable, Encodable {
    /// Its name among those inspected.
    public let label: String
    /// The ways.
    public let walks: [LatentWalk]
  }

  /// One entry for each model.
  public let models: [Model]

  /// Where to go.
  public struct Plan: Sendable, Equatable {
    /// Along this dimension, counted from 1.
    public var dimension: Int?
    /// From the first of two users to the second, by their ids.
    public var users: [String] = []
    /// How many points a way has.
    public var steps = 7
    /// How many items of each are named.
    public var length = 10

    /// Goes nowhere yet.
    public init() {}
  }

  /// Goes the same ways through every model.
  ///
  /// - Throws: ``ModelWalkError`` for a way that a model does not have; `DataError` for a model without latent codes.
  public init(
    _ plan: Plan, through subjects: [InspectionSubject], on data: Interactions,
    options: InspectionOptions = InspectionOptions(), seed: Seed, processor: Processor
  ) throws {
    models = try subjects.map { subject in
      let (label, model) = (subject.label, subject.directory.model)
      let inspector = try LatentInspector(subject.directory, data, options: options, seed: seed, processor: processor)
      var walks: [LatentWalk] = []
      do {
        if let dimension = plan.dimension {
          walks.append(try inspector.traverse(model, dimension: dimension, steps: plan.steps, k: plan.length))
        }
        if plan.users.count == 2 {
          walks.append(
            try inspector.interpolate(
              model, from: plan.users[0], to: plan.users[1], steps: plan.steps, k: plan.length))
        }
      } catch let error as LatentWalkError {
        throw ModelWalkError(label: label, reason: error)
      }
      return Model(label: label, walks: walks)
    }
  }

  /// A table for every way.
  ///
  /// - Parameter width: the most that a line holds; see `Table.markdown`.
  public func text(width: Int? = nil) -> String {
    models.flatMap { model in
      model.walks.map { "\(model.label): \($0.title)\n\n\($0.table.markdown(width: width))\n" }
    }.joined()
  }
}

/// One of several models has no such way.
public struct ModelWalkError: Error, Equatable, CustomStringConvertible {
  /// The name of the model among those inspected.
  public let label: String
  /// Why not.
  public let reason: LatentWalkError

  /// What is wrong, in one sentence.
  public var description: String { "\(label): \(reason)" }
}
