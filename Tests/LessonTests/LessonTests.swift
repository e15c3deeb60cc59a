import Autoencoders
import Compute
import FileFormats
import Foundation
import InteractionData
import TestSupport
import Testing

@testable import Lesson

@Suite("The lesson", .serialized)
struct LessonTests {
  /// A population on disk, small enough for seven trainings.
  private static func lesson(in directory: String, beta: Double, threads: Int = 2) throws -> LessonResult {
    let path = directory + "/p/interactions.tsv"
    if !FileManager.default.fileExists(atPath: path) {
      var population = Population()
      (population.users, population.items, population.tastes) = (800, 240, 8)
      (population.meanProfileLength, population.minProfileLength) = (26, 12)
      try population.simulate(seed: Seed(3)).write(to: directory + "/p")
    }
    var lesson = Lesson(seed: Seed(1), processor: Processor(engine: .gsl, threads: threads))
    lesson.data.source = .file(path)
    (lesson.latent, lesson.epochs, lesson.beta) = (24, 60, beta)
    return try lesson.run()
  }

  @Test("a textbook VAE: clouds widen, draws make sense, β trades, and every number has an interval")
  func textbook() throws {
    try withTemporaryDirectory { directory in
      let result = try Self.lesson(in: directory, beta: 1)
      #expect(result.cloud.state == .healthy && result.cloud.holds)
      #expect(result.cloud.nats[0].isBelow(result.cloud.nats[1].low))
      #expect(result.cloud.sentences[0].contains("times as wide"))
      #expect(result.draws.holds && result.draws.sentences[0].hasPrefix("Draw a point from N(0, I) and decode it"))
      #expect(result.weights.weights.map(\.beta) == [0, 0.2, 1, 20])
      #expect(result.weights.weights[0].nats.isAbove(result.weights.weights[3].nats.high))
      for part in result.parts {
        #expect(!part.sentences.isEmpty && part.sentences.allSatisfy { $0.hasSuffix(".") })
        #expect(part.numbers.allSatisfy { $0.value.value.isFinite && $0.value.low <= $0.value.high })
      }
    }
  }

  @Test("β 20: the text says that the posterior has collapsed and that all draws are one")
  func collapsed() throws {
    try withTemporaryDirectory { directory in
      let result = try Self.lesson(in: directory, beta: 20)
      #expect(result.cloud.state == .collapsed && !result.cloud.holds)
      #expect(result.cloud.sentences[0].hasPrefix("This VAE has collapsed"))
      #expect(!result.draws.holds && result.draws.sentences[0].contains("nearly the same list"))
      #expect(!result.ways.holds && result.ways.sentences[0].hasPrefix("There is nothing between two people"))
      #expect(!result.summary.hasPrefix("All five"))
    }
  }

  @Test("β 0: the text says that the VAE behaves like an AE")
  func point() throws {
    try withTemporaryDirectory { directory in
      let result = try Self.lesson(in: directory, beta: 0)
      #expect(result.cloud.state == .nearlyPoint && !result.cloud.holds)
      #expect(result.cloud.sentences[0].contains("behaves like an AE"))
    }
  }

  @Test("the same seed gives the same lesson on any number of threads")
  func threads() throws {
    try withTemporaryDirectory { directory in
      let texts = try [1, 3].map { threads in
        try Self.lesson(in: directory, beta: 1, threads: threads).text(width: 80)
      }
      #expect(texts[0] == texts[1])
    }
  }

  @Test("too few people are refused with what would be accepted")
  func tooFew() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/few.tsv"
      let lines = (0..<30).flatMap { user in (0..<12).map { "u\(user)\ti\(($0 * 7 + user) % 40)" } }
      try AtomicFile.write(lines.joined(separator: "\n") + "\n", to: path)
      var lesson = Lesson(seed: Seed(1), processor: Processor(engine: .gsl, threads: 1))
      lesson.data.source = .file(path)
      let error = #expect(throws: TooFewPeople.self) { try lesson.run() }
      #expect(error?.description.contains("fewer than 20 people") == true)
    }
  }
}
