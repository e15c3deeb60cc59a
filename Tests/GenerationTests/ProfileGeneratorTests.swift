import Autoencoders
import Compute
import Foundation
import Generation
import InteractionData
import TestSupport
import Testing

@Suite("Synthetic profiles")
struct ProfileGeneratorTests {
  private let model = variational(items: 150)
  private let profiles = Profiles(items: randomRows(40, 150, density: 0.1, seed: 420))
  private let items = Vocabulary(ids: (0..<150).map { "item \($0)" })

  private func text<Source: LatentSource>(
    _ generator: ProfileGenerator<Source>, users: Int, threads: Int, seed: UInt64 = 1
  ) throws -> String {
    let text = ProfileText(items: items, law: generator.law)
    var bytes: [UInt8] = []
    try generator.generate(
      users: users, seed: Seed(seed), processor: Processor(engine: .gsl, threads: threads),
      prepare: { text.lines(of: $0) }, visit: { bytes += $0 })
    return text.header + String(decoding: bytes, as: UTF8.self)
  }

  private func expectSame<Source: LatentSource>(_ generator: ProfileGenerator<Source>) throws {
    let one = try text(generator, users: 300, threads: 1)
    #expect(try text(generator, users: 300, threads: 2) == one)
    #expect(try text(generator, users: 300, threads: 3) == one)
    #expect(try text(generator, users: 300, threads: 1, seed: 2) != one)
    // The first of many are those of few.
    #expect(one.hasPrefix(try text(generator, users: 130, threads: 2)))
  }

  @Test("the same bytes on 1, 2 and 3 threads, from every source; few are the first of many")
  func threads() throws {
    let processor = Processor(engine: .gsl, threads: 2)
    let histogram = try #require(LengthHistogram(of: profiles.items))
    let near = Neighbourhood(of: model, over: profiles, seed: Seed(1), using: .gsl)
    try expectSame(
      ProfileGenerator(model: model, source: PriorSource(of: model), lengths: .empirical(histogram)))
    try expectSame(
      ProfileGenerator(
        model: model, source: PopulationSource(of: model, over: profiles), lengths: .own(otherwise: histogram)))
    try expectSame(
      ProfileGenerator(
        model: model, source: PosteriorSource(of: model, near: profiles.selecting(0..<1), using: .gsl),
        lengths: .nearby(near)))
    var counted = ProfileGenerator(
      model: model, source: try FittedGaussian(to: model, over: profiles, processor: processor),
      lengths: .negativeBinomial(try ShiftedNegativeBinomial(fitting: histogram)))
    counted.law = .multinomial
    try expectSame(counted)
  }

  @Test("lines are user, item and with counts how often; users are numbered from synthetic-000001")
  func lines() throws {
    let world = modelSaying([0, 0, 0])
    var generator = ProfileGenerator(model: world, source: PriorSource(of: world), lengths: always(3))
    #expect(
      try text(generator, users: 2, threads: 1)
        == "user\titem\n"
        + (1...2).flatMap { user in (0..<3).map { "synthetic-00000\(user)\titem \($0)\n" } }.joined())
    generator.law = .multinomial
    let lines = try text(generator, users: 50, threads: 1).split(separator: "\n").map { $0.split(separator: "\t") }
    #expect(lines[0] == ["user", "item", "count"])
    let counts = Dictionary(grouping: lines.dropFirst(), by: { $0[0] }).mapValues { lines in
      lines.reduce(0) { $0 + (Int($1[2]) ?? 0) }
    }
    #expect(counts.count == 50 && counts.values.allSatisfy { $0 == 3 })
    let text = ProfileText(items: items, law: .multinomial)
    #expect([0, 999_998, 999_999].map(text.id) == ["synthetic-000001", "synthetic-999999", "synthetic-1000000"])
  }

  @Test("rows and blocks are the same profiles, and the tally counts them")
  func tally() throws {
    let histogram = try #require(LengthHistogram(counts: [1, 2, 0, 3]))
    let generator = ProfileGenerator(model: model, source: PriorSource(of: model), lengths: .empirical(histogram))
    let processor = Processor(engine: .gsl, threads: 2)
    let rows = try generator.rows(users: 300, seed: Seed(1), processor: processor)
    #expect(rows.rowCount == 300 && rows.columnCount == 150)
    var (tally, firsts) = (ProfileTally(items: 150), [Int]())
    try generator.generate(users: 300, seed: Seed(1), processor: processor, prepare: { $0 }) { block in
      firsts.append(block.firstUser)
      #expect(block.rows == rows.selecting(rows: block.firstUser..<block.firstUser + block.rows.rowCount))
      tally.add(block.rows)
    }
    #expect(firsts == [0, 256])
    #expect(tally.users == 300 && tally.interactions == rows.nonZeroCount)
    #expect(tally.emptyUsers == (0..<300).count { rows.count(ofRow: $0) == 0 } && tally.emptyUsers > 0)
    #expect(tally.shortest == 0 && tally.longest == 3)
    #expect(tally.distinctItems == Set(rows.indices).count)
    #expect(tally.meanLength == Double(rows.nonZeroCount) / 300)
  }

  @Test("what visit throws ends the run")
  func stopping() throws {
    struct Enough: Error {}
    let generator = ProfileGenerator(model: model, source: PriorSource(of: model), lengths: always(1))
    var visited = 0
    #expect(throws: Enough.self) {
      try generator.generate(
        users: 100_000, seed: Seed(1), processor: Processor(engine: .gsl, threads: 1), prepare: { $0.firstUser }
      ) { _ in
        visited += 1
        throw Enough()
      }
    }
    #expect(visited == 1)
  }
}
