import Compute
import Testing

@Suite("Tags of random streams")
struct StreamTagTests {
  private func first(_ random: consuming RandomSource) -> [UInt32] {
    var random = random
    return (0..<4).map { _ in random.bits() }
  }

  private func streams<Tag: StreamTag>(_ type: Tag.Type) -> [[UInt32]] {
    Tag.allCases.flatMap { tag in
      [first(Seed(3).stream(for: tag))] + (0..<3).map { first(Seed(3).stream(for: tag, $0)) }
    }
  }

  @Test("no two tags share a stream, nor do a tag and a purpose")
  func unique() {
    let streams =
      streams(SplitDraw.self) + streams(SimulationDraw.self) + streams(AuditDraw.self) + streams(PopulationDraw.self)
      + streams(BoundDraw.self) + streams(SearchDraw.self) + RandomPurpose.allCases.map { first(Seed(3).stream($0)) }
    #expect(Set(streams).count == streams.count)
  }

  @Test("the numbers behind the tags are those that results were made with")
  func numbers() {
    #expect(SplitDraw.allCases.map(\.rawValue) == [1, 2])
    #expect(SimulationDraw.allCases.map(\.rawValue) == [0, 1])
    #expect(PopulationDraw.allCases.map(\.rawValue) == [-1, -2])
    #expect(BoundDraw.allCases.map(\.rawValue) == [-1])
    #expect(SearchDraw.allCases.map(\.rawValue) == [1, 2, 3])
    #expect(
      AuditDraw.allCases.map(\.rawValue) == [
        1, 2, 3, 4, 10, 11, 12, 20, 30, 40, 41, 50, 51, 52, 53, 54, 55, 56, 60, 61, 62, 63, 70, 71, 72, 73, 74, 80, 81,
        82, 90,
        91, 92, 93,
      ])
    #expect(first(Seed(3).stream(for: AuditDraw.referenceCounts, 7)) == first(Seed(3).stream(.resampling, 10, 7)))
    #expect(first(Seed(3).stream(for: PopulationDraw.neighbours)) == first(Seed(3).stream(.sampling, -1)))
  }

  @Test("a derived seed is another for every tag and every seed")
  func derived() {
    let seeds = [Seed(3), Seed(4)].flatMap { seed in
      [seed.value] + AuditDraw.allCases.map { seed.derived(for: $0).value }
    }
    #expect(Set(seeds).count == seeds.count)
    #expect(Seed(3).derived(for: AuditDraw.choiceUsers) == Seed(3).derived(for: AuditDraw.choiceUsers))
  }
}
