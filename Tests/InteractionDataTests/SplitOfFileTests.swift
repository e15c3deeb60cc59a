import Compute
import FileFormats
import Foundation
import InteractionData
import Testing

/// Splits of files whose every line follows from its number, as they were when one thread did everything after the parsing.
@Suite("Splits of files stay what they are")
struct SplitOfFileTests {
  private struct Case: Sendable, CustomTestStringConvertible {
    let repeats: Bool
    let isShuffled: Bool
    let kind: SplitKind
    let minRating: Double?
    /// The fingerprint of the split for a comparison.
    let split: String
    /// The fingerprint of the data for a training.
    let data: String

    init(_ repeats: Bool, _ isShuffled: Bool, _ kind: SplitKind, _ minRating: Double?, _ split: String, _ data: String)
    {
      (self.repeats, self.isShuffled, self.kind, self.minRating) = (repeats, isShuffled, kind, minRating)
      (self.split, self.data) = (split, data)
    }

    var testDescription: String {
      "\(kind.rawValue)\(repeats ? ", repeats" : "")\(isShuffled ? ", shuffled" : "")\(minRating == nil ? "" : ", filtered")"
    }

    var text: String {
      let lines = (0..<6000).map { number in
        let user = number / 15
        let item = ((repeats ? number * number : number) * 7 + user * 13) % 211
        let id = item % 3 == 0 ? "item-\(item * item)" : "\(item)"
        return "u\(user),\(id),\(Double(number * 5 % 11) / 2),\(1_000_000_000 + number * 7919 % 100_003)\n"
      }
      let order = isShuffled ? (0..<6000).map { $0 * 2741 % 6000 } : Array(0..<6000)
      return "user,item,rating,timestamp\n" + order.map { lines[$0] }.joined()
    }
  }

  // Whether pairs repeat, whether the lines are shuffled, split, --min-rating; fingerprints of split and data.
  private static let cases = [
    Case(false, false, .users, nil, "660707199e74c9c6", "afd42dd5385fc973"),
    Case(false, false, .users, 3, "ebbef11ea5f01bfb", "a9d251bc2a9901ee"),
    Case(false, false, .interactions, nil, "1120915067ad5e23", "afd42dd5385fc973"),
    Case(false, false, .interactions, 3, "5d060173252835a9", "a9d251bc2a9901ee"),
    Case(false, false, .leaveOneOut, nil, "d1f859ca8e66109c", "99ccde068b7e0ca7"),
    Case(false, false, .leaveOneOut, 3, "d8f9ecee8935af22", "d90b8104d22bc74b"),
    Case(false, true, .users, nil, "4a7ccb1b9eea1d80", "17f1eee23bed44aa"),
    Case(false, true, .users, 3, "21c5011ba82c710a", "11d4aef103efa00f"),
    Case(false, true, .interactions, nil, "e835a65b2a20392c", "17f1eee23bed44aa"),
    Case(false, true, .interactions, 3, "2cd69e3c84755a57", "11d4aef103efa00f"),
    Case(false, true, .leaveOneOut, nil, "fd956e418ebbc270", "2da0d6d8d25a3ccf"),
    Case(false, true, .leaveOneOut, 3, "1406cae4500497a1", "7c070f1e257f847c"),
    Case(true, false, .users, nil, "b03c621e516b675e", "6c4f124fe84c2690"),
    Case(true, false, .users, 3, "64f4b382f1707034", "78a4aa0786f2194c"),
    Case(true, false, .interactions, nil, "d703f224ba51cfba", "6c4f124fe84c2690"),
    Case(true, false, .interactions, 3, "e2af018a00ceb7b5", "78a4aa0786f2194c"),
    Case(true, false, .leaveOneOut, nil, "bf27645ad2e8416b", "c34e2b103f7cacca"),
    Case(true, false, .leaveOneOut, 3, "397031742d738178", "5e05bb808d4c5d98"),
    Case(true, true, .users, nil, "0b7ea1fcac40ec10", "f9bc348e489f7366"),
    Case(true, true, .users, 3, "91d71a754e6b654e", "cf5ed0ba981d3849"),
    Case(true, true, .interactions, nil, "749b4c2c127e0255", "f9bc348e489f7366"),
    Case(true, true, .interactions, 3, "c0c9c1bfb29eb512", "cf5ed0ba981d3849"),
    Case(true, true, .leaveOneOut, nil, "d41c7ade277e3371", "5ffbb7b484917def"),
    Case(true, true, .leaveOneOut, 3, "3264c05541b5251b", "9fde8e3170a92d6c"),
  ]

  @Test("fingerprints at any number of threads", arguments: cases)
  private func fingerprints(of sample: Case) throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/sample.csv"
      try Data(sample.text.utf8).write(to: URL(fileURLWithPath: path))
      var selection = DataSelection()
      (selection.source, selection.split, selection.filters.minRating) = (.file(path), sample.kind, sample.minRating)
      for threads in 1...4 {
        selection.threads = threads
        #expect(try selection.ranking(seed: Seed(42)).split.hash == sample.split)
        #expect(try selection.ranking(seed: Seed(42), forTraining: true).hash == sample.data)
      }
    }
  }
}
