import Compute
import Evaluation
import Testing

@Suite("Top-k selection")
struct TopKTests {
  @Test("the best come first, and ties go to the smaller index")
  func order() throws {
    let list = try topK([1, 3, 2, 3, 1, 1], k: 4)
    #expect(list.map(\.item) == [1, 3, 2, 0])
    #expect(list.map(\.score) == [3, 3, 2, 1])
  }

  @Test("excluded items and those not allowed never appear")
  func exclusion() throws {
    #expect(try topK([9, 8, 7, 6, 5], k: 2, excluding: [0, 2]).map(\.item) == [1, 3])
    let allowed = [true, false, true, false, true]
    #expect(try topK([9, 8, 7, 6, 5], k: 9, excluding: [0], only: allowed).map(\.item) == [2, 4])
  }

  @Test("fewer rankable items than k give a short list, no items an empty one")
  func short() throws {
    #expect(try topK([2, 1], k: 5).map(\.item) == [0, 1])
    #expect(try topK([2, 1], k: 5, excluding: [0, 1]).isEmpty)
    #expect(try topK([], k: 5).isEmpty)
    #expect(try topK([2, 1], k: 0).isEmpty)
  }

  @Test("minus infinity comes last but is still ranked, infinity first")
  func infinities() throws {
    #expect(try topK([-.infinity, 0, .infinity, -.infinity], k: 3).map(\.item) == [2, 1, 0])
  }

  @Test("zero and minus zero are the same score")
  func zeros() throws {
    #expect(try topK([-0.0, 0.0, -0.0], k: 3).map(\.item) == [0, 1, 2])
  }

  @Test("a slice is indexed from its own start")
  func slice() throws {
    let scores: [Float] = [9, 9, 1, 5, 2]
    #expect(try topK(scores[2...], k: 2).map(\.item) == [1, 2])
  }

  @Test(
    "a score that is not a number is refused wherever it stands", arguments: [0, 1, 15, 16, 17, 40, 63, 99])
  func notANumber(position: Int) {
    var scores = (0..<100).map { Float(-$0) }
    scores[position] = .nan
    for k in [1, 10, 100, 200] {
      #expect(throws: NotANumberError(item: position)) { try topK(scores[...], k: k) }
      #expect(throws: NotANumberError(item: position)) {
        try topK(scores[...], k: k, excluding: [Int32(position)])
      }
    }
  }

  @Test("it returns what sorting everything returns", arguments: 0..<400 as Range<UInt64>)
  func agreesWithSorting(seed: UInt64) throws {
    var random = Seed(seed).stream(.simulation)
    let count = 1 + random.integer(below: 300)
    let k = 1 + random.integer(below: 120)
    // Few levels make many ties; many levels make few.
    let levels = [1, 2, 5, 1000][random.integer(below: 4)]
    let direction = random.integer(below: 3)
    let scores = (0..<count).map { item in
      switch direction {
      case 0: Float(item)
      case 1: Float(-item)
      default: Float(random.integer(below: levels))
      }
    }
    let isExcluded = (0..<count).map { _ in random.integer(below: 5) == 0 }
    let allowed = (0..<count).map { _ in random.integer(below: 3) > 0 }
    let excluded = (0..<count).filter { isExcluded[$0] }.map(Int32.init)
    for mask in [nil, allowed] {
      let naive = (0..<count).filter { !isExcluded[$0] && mask?[$0] ?? true }
        .sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }.prefix(k)
      let found = try topK(scores[...], k: k, excluding: excluded[...], only: mask)
      #expect(found.map(\.item) == Array(naive), "seed \(seed)")
      #expect(found.map(\.score) == naive.map { scores[$0] }, "seed \(seed)")
    }
  }
}
