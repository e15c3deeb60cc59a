import Compute
import FileFormats
import Foundation
import Inspection
import InteractionData
import TestSupport
import Testing

@Suite("Reading the truth about users")
struct TruthTests {
  private func read(_ bytes: [UInt8]) throws -> Truth {
    try withTemporaryDirectory { directory in
      let path = directory + "/truth.tsv"
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      return try Truth(contentsOf: path)
    }
  }

  @Test("line ends of both kinds and blank lines are read, ids byte for byte", arguments: ["\n", "\r\n"])
  func lines(_ end: String) throws {
    let text = ["user\tNoir\tScience Fiction", "é\t0.25\t0.75", "", "e\u{301}\t1e-3\t-2"].joined(separator: end) + end
    let truth = try read(Array(text.utf8))
    #expect(truth.tastes == ["Noir", "Science Fiction"])
    #expect(truth.users.ids.map { Array($0.utf8) } == ["é", "e\u{301}"].map { Array($0.utf8) })
    #expect(Array(truth.mixtures[row: 0]) == [0.25, 0.75] && Array(truth.mixtures[row: 1]) == [0.001, -2])
  }

  @Test("what is no truth is refused with its line")
  func refusals() throws {
    let cases: [(bytes: [UInt8], line: Int?)] = [
      ([], 1), (Array("item\tNoir\n".utf8), 1), (Array("user\n".utf8), 1),
      (Array("user\tNoir\n\nu\n".utf8), 3), (Array("user\tNoir\nu\tnan\n".utf8), 2),
      (Array("user\tNoir\nu\t1\t2\n".utf8), 2), (Array("user\tNoir\nu\t1e999\n".utf8), 2),
      (Array("user\tNoir\n".utf8) + [0xFF] + Array("\t1\n".utf8), 2),
      (Array("user\tNoir\nu\t1\nu\t2\n".utf8), nil),
    ]
    for (bytes, line) in cases {
      let error = #expect(throws: DataError.self) { try read(bytes) }
      #expect(error?.line == line)
    }
  }
}
