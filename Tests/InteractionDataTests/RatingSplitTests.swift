import Compute
import FileFormats
import InteractionData
import Testing

@Suite("Splitting ratings")
struct RatingSplitTests {
  private func cells(_ rows: SparseRows) -> Set<[Int]> {
    Set(
      (0..<rows.rowCount).flatMap { row in
        rows.range(ofRow: row).map { [row, Int(rows.indices[$0]), Int(rows.value(at: $0))] }
      })
  }
  private func cells(_ list: [RatingCell]) -> Set<[Int]> {
    Set(list.map { [$0.user, $0.item, Int($0.rating)] })
  }

  @Test("over many seeds: parts are disjoint, complete and of the right sizes")
  func partition() throws {
    for seed: UInt64 in 0..<40 {
      let data = sampleInteractions(users: 20, items: 30, seed: seed)
      let ratings = try #require(data.ratings)
      let split = try RatingSplit(data, seed: Seed(seed))
      #expect(split.test.count == data.count / 10, "seed \(seed)")
      #expect(split.validation.count == (data.count - split.test.count) / 10, "seed \(seed)")
      #expect(
        split.train.nonZeroCount == data.count - split.test.count - split.validation.count, "seed \(seed)")
      #expect(cells(split.refit) == cells(split.train).union(cells(split.validation)), "seed \(seed)")
      let all = Set(
        (0..<data.count).map { [Int(data.userIndices[$0]), Int(data.itemIndices[$0]), Int(ratings[$0])] })
      #expect(cells(split.refit).union(cells(split.test)) == all, "seed \(seed)")
      #expect(try RatingSplit(data, seed: Seed(seed)).hash == split.hash, "seed \(seed)")
      #expect(try RatingSplit(data, seed: Seed(seed + 1)).hash != split.hash, "seed \(seed)")
    }
  }

  @Test("for training nothing is tested")
  func forTraining() throws {
    let data = sampleInteractions(users: 20, items: 30, seed: 1)
    let split = try RatingSplit(data, seed: Seed(1), forTraining: true)
    #expect(split.test.isEmpty && split.refit.nonZeroCount == data.count)
  }

  @Test("cold cells of a test file stay and are counted")
  func files() throws {
    let split = try RatingSplit(
      train: read("a,1,5\na,2,3\nb,1,4\n"), validation: read("b,2,2\na,1,1\n"),
      test: read("a,9,1\nz,1,2\nb,2,3\nz,9,3\n"),
      seed: Seed(1))
    #expect(split.users.ids == ["a", "b", "z"] && split.items.ids == ["1", "2", "9"])
    #expect(
      split.test == [
        RatingCell(user: 0, item: 2, rating: 1), RatingCell(user: 2, item: 0, rating: 2),
        RatingCell(user: 2, item: 2, rating: 3),
      ])
    #expect(split.validation == [RatingCell(user: 1, item: 1, rating: 2)])
    #expect(
      split.notes == [
        "dropped 1 validation rating already in the training file",
        "dropped 1 test rating already in the training or validation file",
        "3 of 3 test ratings are of a user or item without training ratings",
      ])
  }

  @Test("test ratings that the training or validation file has too are dropped and counted")
  func repeatedCells() throws {
    let split = try RatingSplit(
      train: read("a,1,5\na,2,3\nb,1,4\n"), validation: read("b,2,2\n"),
      test: read("a,1,5\nb,2,1\nb,1,3\na,3,4\n"), seed: Seed(1))
    #expect(split.test == [RatingCell(user: 0, item: 2, rating: 4)])
    #expect(split.notes.first == "dropped 3 test ratings already in the training or validation file")
    // What is held back of the training file to choose the epoch is trained on in the end.
    let lines = (0..<40).map { "u\($0),i\($0 % 7),3\n" }
    let held = try RatingSplit(
      train: read(lines.joined()), test: read(lines.joined() + "u1,i2,4\n"), seed: Seed(1))
    #expect(held.test.count == 1 && held.validation.count == 4)
    #expect(held.notes == ["dropped 40 test ratings already in the training file"])
    let error = #expect(throws: DataError.self) {
      try RatingSplit(train: read("a,1,5\nb,1,4\n"), test: read("a,1,5\n"), seed: Seed(1))
    }
    #expect(error?.message == "has nothing to predict: every rating is in the training data")
  }

  @Test("data without ratings, or with one, is a data error")
  func tooLittle() {
    let error = #expect(throws: DataError.self) { try RatingSplit(read("a b\nc d\n"), seed: Seed(1)) }
    #expect(error?.message == "has no ratings")
    #expect(throws: DataError.self) { try RatingSplit(read("a,b,4\n"), seed: Seed(1)) }
  }
}
