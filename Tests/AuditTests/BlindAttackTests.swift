import Audit
import Compute
import InteractionData
import Testing

/// Holdout users of another population, found without a look at the synthetic users.
@Suite("A holdout of other people")
struct BlindAttackTests {
  /// The built-in population, smaller.
  private static func rows(seed: UInt64) throws -> SparseRows {
    var population = Population()
    (population.users, population.items, population.tastes) = (240, 200, 8)
    (population.meanProfileLength, population.minProfileLength) = (24, 8)
    let data = try population.simulate(seed: Seed(seed)).interactions
    return data.rows(in: data.items).rows
  }

  /// The users of an order, the first of them as the holdout.
  private static func attacks(_ rows: SparseRows, _ order: [Int], heldOut: Int) -> [BlindAttack] {
    BlindAttack.all(
      train: rows.selecting(rows: order[heldOut...].sorted()), holdout: rows.selecting(rows: order[..<heldOut].sorted())
    )
  }

  @Test("random parts of one population differ as chance has it, whatever the seed, and are never noted")
  func law() throws {
    var squares = [0.0, 0.0]
    let (populations, divisions) = (4, 30)
    for population in 0..<populations {
      let rows = try Self.rows(seed: UInt64(population))
      for division in 0..<divisions {
        var random = Seed(UInt64(division)).stream(.shuffle)
        let found = Self.attacks(
          rows, random.permutation(rows.rowCount), heldOut: [120, 24, 200][division % 3])
        #expect(found.map(\.sign) == [.length, .popularity])
        for (place, attack) in found.enumerated() {
          #expect(!attack.isStrong, "population \(population), division \(division): \(attack)")
          let error = (attack.area - 0.5) / attack.standardError
          squares[place] += error * error / Double(populations * divisions)
        }
      }
    }
    // The mean of 120 squares of standard normal numbers has a standard error of 0.13.
    #expect(squares.allSatisfy { 0.5...1.8 ~= $0 }, "\(squares)")
  }

  @Test("users with shorter profiles, or with other items, are told from training users")
  func others() throws {
    let rows = try Self.rows(seed: 1)
    let byLength = (0..<rows.rowCount).sorted { (rows.count(ofRow: $0), $0) < (rows.count(ofRow: $1), $1) }
    let short = try #require(Self.attacks(rows, byLength, heldOut: 120).first)
    #expect(short.isStrong && short.area > 0.9 && short.members > 1.5 * short.others, "\(short)")

    var random = Seed(3).stream(.shuffle)
    let (order, names) = (random.permutation(rows.rowCount), random.permutation(rows.columnCount))
    let strangers = SparseRows(
      columnCount: rows.columnCount,
      rows: order[..<120].map { row in rows.indices(ofRow: row).map { names[Int($0)] } })
    let found = BlindAttack.all(train: rows.selecting(rows: order[120...].sorted()), holdout: strangers)
    let popularity = try #require(found.last)
    #expect(popularity.isStrong && popularity.members > 1.2 * popularity.others, "\(popularity)")
  }

  @Test("nearly the same profile for everybody is no difference, and without a common item there is nothing to see")
  func degenerate() {
    func users(_ count: Int, lacking first: Int) -> SparseRows {
      SparseRows(
        columnCount: 100, rows: (0..<count).map { user in (0..<100).filter { $0 != (2 * user + first) % 100 } })
    }
    let found = BlindAttack.all(train: users(50, lacking: 0), holdout: users(50, lacking: 1))
    #expect(found.count == 2 && found.allSatisfy { $0.area == 0.5 && !$0.isStrong }, "\(found)")
    let apart = SparseRows(columnCount: 100, rows: (0..<50).map { [$0 % 10] })
    let elsewhere = SparseRows(columnCount: 100, rows: (0..<50).map { [50 + $0 % 10] })
    #expect(BlindAttack.all(train: apart, holdout: elsewhere).isEmpty)
  }

  @Test("an audit notes it for other people, with both means, and not for people of the same population")
  func notes() throws {
    let population = Populations(users: 360, seed: 11)
    let (train, synthetic, holdout) = (population.part(0), population.part(1), population.part(2))
    #expect(try !audit(train, synthetic, holdout).notes.contains { $0.contains("different populations") })
    // Everybody has half of their items.
    let short = Interactions(
      name: "short",
      pairs: holdout.pairs.enumerated().filter { $0.offset % 2 == 0 }.map {
        (holdout.users[$0.element.user], holdout.items[$0.element.item])
      })
    let notes = try audit(train, synthetic, short).notes
    let note = try #require(notes.first { $0.contains("different populations") }, "\(notes)")
    #expect(
      note.hasPrefix(
        "the holdout (short) and the training users (\(train.name)) look like different populations: a training user "
          + "has "), "\(note)")
    #expect(note.contains("by this alone, the two are told apart with an AUC of 0."), "\(note)")

    let strange = Interactions(
      name: "strange", pairs: holdout.pairs.map { (holdout.users[$0.user], "other-\($0.item)") })
    #expect(
      try audit(train, synthetic, strange).notes.contains { $0.hasPrefix("no item of strange occurs in ") })
  }
}
