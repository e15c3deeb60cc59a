import Autoencoders
import Compute
import Inspection
import TestSupport
import Testing

@Suite("Walks through a latent space")
struct WalkTests {
  private let rows = SparseRows(columnCount: 6, rows: [[0, 1], [4, 5], [2, 3], [0, 5]])
  private let model: any FittedModel

  init() throws {
    // One dimension: the first items are at its upper end.
    model = try Toy.points(encoder: [[3], [2], [1], [-1], [-2], [-3]])
  }

  @Test("along a dimension the items of one end give way to those of the other")
  func traverse() throws {
    let walk = try Toy.inspector(rows).traverse(model, dimension: 1, steps: 5, k: 2)
    #expect(walk.steps.count == 5)
    #expect(walk.steps.first?.items.map(\.item) == ["item-5", "item-4"])
    #expect(walk.steps.last?.items.map(\.item) == ["item-0", "item-1"])
    #expect(walk.steps.map(\.overlapWithStart).first == 1 && walk.steps.last?.overlapWithStart == 0)
    #expect(walk.steps.last?.overlapWithEnd == 1)
    let divergences = walk.steps.compactMap(\.divergenceFromStart)
    #expect(divergences.first == 0 && zip(divergences, divergences.dropFirst()).allSatisfy { $0 < $1 })
    // Codes are 5, −5, 0, 0: mean 0, deviation √12.5, moved by two of them.
    #expect(abs((walk.steps.last?.position ?? 0) - 2 * 12.5.squareRoot()) < 1e-5)
  }

  @Test("between two users the ends are the users")
  func interpolate() throws {
    let inspector = Toy.inspector(rows)
    let walk = try inspector.interpolate(model, from: "user-1", to: "user-0", steps: 3, k: 3)
    #expect(walk.steps.map(\.position) == [0, 0.5, 1])
    #expect(walk.steps.first?.items.map(\.item) == ["item-5", "item-4", "item-3"])
    #expect(walk.steps.last?.items.map(\.item) == ["item-0", "item-1", "item-2"])
    // Half way is the origin, where all items are equal.
    #expect(walk.steps[1].items.allSatisfy { abs($0.share - 1.0 / 6) < 1e-6 })
  }

  @Test("who or what is not there is named")
  func errors() throws {
    let inspector = Toy.inspector(rows)
    #expect(throws: LatentWalkError.unknownUser("nobody")) {
      try inspector.interpolate(model, from: "user-0", to: "nobody", steps: 3)
    }
    #expect("\(LatentWalkError.unknownUser(""))".hasPrefix("'' is not among the users"))
    #expect(throws: LatentWalkError.unknownDimension(2, of: 1)) {
      try inspector.traverse(model, dimension: 2, steps: 3)
    }
  }
}
