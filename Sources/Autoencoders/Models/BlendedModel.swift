public import Compute
public import FileFormats
public import InteractionData

extension Blend {
  /// Some fitted models with their weights.
  public struct Fitted: FittedModel {
    /// The number of a user's items that define the scale of a member's scores.
    ///
    /// A scale over all items would depend mostly on items that are never recommended: on Last.fm, such blends are no
    /// better than their better member (measured in Docs/results.md).
    private static let largest = 100

    /// The place of a member among all, its weight, which is not 0, and the member.
    private let parts: [(place: Int, weight: Float, model: any FittedModel)]
    /// w of all members.
    private let weights: [Float]
    private let remembered: RememberedScores?

    /// - Parameter models: one for each weight; those with a weight of 0 are left out.
    init(_ models: [(any FittedModel)?], weights: [Float], remembered: RememberedScores? = nil) {
      self.weights = weights
      parts = zip(models, weights).enumerated().compactMap { place, member in
        member.0.flatMap { member.1 > 0 ? (place, member.1, $0) : nil }
      }
      self.remembered = remembered
    }

    /// The prefix of a member's tensor names.
    static func prefix(ofMember place: Int) -> String { "members.\(place)." }

    static let weightsName = "members.weights"

    /// w, and the tensors of each member N with a weight above 0 under `members.N.`.
    public var tensors: [String: Tensor] {
      let weights = [Self.weightsName: Tensor(shape: [weights.count], values: weights)]
      return parts.reduce(into: weights) { tensors, part in
        for (name, tensor) in part.model.tensors { tensors[Self.prefix(ofMember: part.place) + name] = tensor }
      }
    }

    /// The sum over the members.
    public var parameterCount: Int { parts.reduce(0) { $0 + $1.model.parameterCount } }
    /// The number of items.
    public var itemCount: Int { parts.first?.model.itemCount ?? 0 }
    /// Why a member cannot score items, or `nil` when all can.
    public var limitation: String? { parts.lazy.compactMap(\.model.limitation).first }

    /// The members' operations, each standardised and weighted, and their sum; for a single member, only its own.
    ///
    /// `nil` if a member has none.
    public var inference: InferenceGraph? {
      var (graph, ends) = (InferenceGraph(), [Int]())
      for part in parts {
        guard let own = part.model.inference else { return nil }
        let last = graph.append(own, prefix: Self.prefix(ofMember: part.place))
        if parts.count == 1 { return graph }
        graph.append(.standardise(largest: Self.largest), reading: [last], width: itemCount)
        graph.append(.scale(part.weight), width: itemCount)
        ends.append(last + 2)
      }
      graph.append(.activation(.identity), reading: ends, width: itemCount)
      return graph
    }

    /// The members' tensors, under `members.N.`.
    public var inferenceTensors: [String: Tensor] {
      parts.reduce(into: [:]) { tensors, part in
        for (name, tensor) in part.model.inferenceTensors {
          tensors[Self.prefix(ofMember: part.place) + name] = tensor
        }
      }
    }

    /// Σ_m w_m z_m, or the unchanged scores of a single member; shape: B × I.
    public func scores(for profiles: Profiles, using engine: ProductEngine) throws -> Matrix<Float> {
      if parts.count == 1, remembered == nil, let only = parts.first {
        return try only.model.scores(for: profiles, using: engine)
      }
      var sum = Matrix<Float>(rows: profiles.items.rowCount, columns: itemCount)
      for part in parts {
        func standardised() throws -> Matrix<Float> {
          var scores = try part.model.scores(for: profiles, using: engine)
          scores.standardiseRows(byLargest: Self.largest, excluding: profiles.items)
          return scores
        }
        let scores = try remembered?.scores(ofMember: part.place, for: profiles, standardised) ?? standardised()
        sum.add(scores, scale: part.weight)
      }
      return sum
    }
  }
}

extension TrainingData<Blend.Fitted> {
  /// Fits a member to the same rows; it is validated as a blend of one, which ranks like the member itself.
  func fit<Model: ZooModel>(_ member: Model, by trainer: Trainer) throws -> MemberFit {
    guard Model.task == .ranking else { throw WrongTask(model: member.name, task: member.task) }
    let validate = validate.map { validate in
      { (model: Model.Fitted) in try validate(Blend.Fitted([model], weights: [1])) }
    }
    return try trainer.memberFit(
      of: member, to: TrainingData<Model.Fitted>(rows: rows, refit: refit, validate: validate))
  }
}

/// A cache of members' scores for users that are needed repeatedly while weights are tried.
final class RememberedScores: Sendable {
  private struct Key: Hashable {
    let member: Int
    let offsets: [Int]
    let indices: [Int32]
    let trainingRows: [Int?]?
  }

  private static let most = 256 << 20
  private let state = Guarded<(scores: [Key: Matrix<Float>], bytes: Int)>(([:], 0))

  /// The maximum size of the cache in bytes; other scores are computed each time.
  static func mostBytes(members: Int, users: Int, items: Int) -> Int {
    min(most, members * users * items * MemoryLayout<Float>.size)
  }

  func scores(
    ofMember member: Int, for profiles: Profiles, _ compute: () throws -> Matrix<Float>
  ) rethrows -> Matrix<Float> {
    let key = Key(
      member: member, offsets: profiles.items.offsets, indices: profiles.items.indices,
      trainingRows: profiles.trainingRows)
    if let known = state.withLock({ $0.scores[key] }) { return known }
    let scores = try compute()
    state.withLock { state in
      let bytes = scores.count * MemoryLayout<Float>.size
      guard state.bytes + bytes <= Self.most else { return }
      state.bytes += bytes
      state.scores[key] = scores
    }
    return scores
  }
}
