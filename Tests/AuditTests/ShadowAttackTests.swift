import Compute
import FileFormats
import InteractionData
import TestSupport
import Testing

@testable import Audit

/// The attacker with shadow models, on generators about which everything is known.
@Suite("Membership inference by shadow models")
struct ShadowAttackTests {
  private static let items = 80

  /// Profiles of twelve items: half of them of the user's taste, the others anything.
  private static func people(_ count: Int, _ seed: UInt64, _ place: Int) -> SparseRows {
    var random = Seed(seed).stream(.simulation, place)
    return rows(
      (0..<count).map { user in
        let taste = user % 4 * 20
        var profile = Set(random.permutation(20)[..<6].map { taste + $0 })
        while profile.count < 12 { profile.insert(random.integer(below: items)) }
        return profile
      })
  }

  private static func rows(_ profiles: [Set<Int>]) -> SparseRows {
    var (offsets, indices) = ([0], [Int32]())
    for profile in profiles {
      indices += profile.sorted().map { Int32($0) }
      offsets.append(indices.count)
    }
    return SparseRows(columnCount: items, offsets: offsets, indices: indices)
  }

  /// Profiles put together of two items each of six users: none is like one of them, but their pairs are theirs.
  private static func recombined(_ users: SparseRows, _ count: Int, _ random: inout RandomSource) -> SparseRows {
    rows(
      (0..<count).map { _ in
        var profile = Set<Int>()
        while profile.count < 12 {
          let own = users.indices(ofRow: random.integer(below: users.rowCount))
          for _ in 0..<2 { profile.insert(Int(own[own.startIndex + random.integer(below: own.count)])) }
        }
        return profile
      })
  }

  /// What attackers reach on a generator: the one with shadows, and the one by likelihood ratio.
  private static func areas(
    seed: UInt64, _ generate: (_ users: SparseRows, _ random: inout RandomSource) -> SparseRows
  ) throws -> (shadows: AuditMeasure, ratio: Double) {
    let (train, holdout) = (people(160, seed, 0), people(160, seed, 1))
    let processor = Processor(engine: .gsl, threads: 2)
    let attack = ShadowAttack(
      train: train, holdout: holdout, shadows: 12, most: 1000, seed: Seed(seed), processor: processor)
    func draw(_ users: SparseRows, _ place: Int) -> SparseRows {
      var random = Seed(seed).stream(.sampling, place)
      return generate(users, &random)
    }
    let synthetic = draw(train, 100)
    let shadows = try (0..<12).map { shadow in
      try attack.likelihoods(under: draw(attack.users(of: shadow), shadow)) {}
    }
    let found = try #require(attack.measures(attack.likelihoods(under: synthetic) {}, shadows: shadows).first)
    let half = Array(0..<80)
    let ratio = try LikelihoodRatio(
      synthetic, members: train, others: holdout.selecting(rows: half.map { $0 + 80 }),
      own: holdout.selecting(rows: half), seed: Seed(seed), processor
    ) {}
    return (found, try #require(ratio).area.value)
  }

  @Test("A generator that has seen nobody gives away nobody", arguments: [1, 2, 3, 4])
  func independent(seed: UInt64) throws {
    let found = try Self.areas(seed: seed) { users, random in
      Self.people(users.rowCount, 1000 + seed, random.integer(below: 1_000_000))
    }.shadows
    let (value, error) = (try #require(found.value), try #require(found.standardError))
    #expect(found.kind == .shadowMembershipAUC && found.ceiling == 0.5)
    #expect(error > 0.02 && error < 0.05 && abs(value - 0.5) < 4 * error, "\(value) ± \(error)")
  }

  @Test("One that recombines its users gives them away, to this attacker more than to the one without shadows")
  func recombining() throws {
    var (shadows, ratios) = (0.0, 0.0)
    for seed in [5, 6, 7] as [UInt64] {
      let found = try Self.areas(seed: seed) { Self.recombined($0, 160, &$1) }
      #expect(found.shadows.judgement != .atCeiling)
      shadows += try #require(found.shadows.value) / 3
      ratios += found.ratio / 3
    }
    #expect(shadows > 0.6 && shadows > ratios + 0.02, "\(shadows) against \(ratios)")
  }

  @Test("Every candidate takes part in half of the shadows, and pairs of shadows have everybody once")
  func halves() {
    let (train, holdout) = (Self.people(31, 8, 0), Self.people(20, 8, 1))
    let attack = ShadowAttack(
      train: train, holdout: holdout, shadows: 6, most: 1000, seed: Seed(8),
      processor: Processor(engine: .gsl, threads: 1))
    let everybody = train.followed(by: holdout)
    func profiles(_ rows: SparseRows) -> [[Int32]] {
      (0..<rows.rowCount).map { Array(rows.indices(ofRow: $0)) }.sorted { $0.lexicographicallyPrecedes($1) }
    }
    for pair in 0..<3 {
      let (one, other) = (attack.users(of: 2 * pair), attack.users(of: 2 * pair + 1))
      #expect(one.rowCount == 25 && other.rowCount == 26)
      #expect(profiles(one.followed(by: other)) == profiles(everybody))
    }
    #expect(profiles(attack.users(of: 0)) != profiles(attack.users(of: 2)))
  }
}
