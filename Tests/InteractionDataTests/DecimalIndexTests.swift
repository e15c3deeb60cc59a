import Compute
import Testing

@testable import InteractionData

@Suite("Ids found by their value")
struct DecimalIndexTests {
  private func table(_ ids: [String]) -> IdentifierTable {
    var table = IdentifierTable()
    for id in ids { table.number(Array(id.utf8).span, 0, id.utf8.count) }
    return table
  }

  /// The places of ids that are in use, as an index gives them.
  private func places(_ index: DecimalIndex) -> [Int: Int] {
    var places: [Int: Int] = [:]
    for (value, number) in index.places.enumerated() where number > 0 { places[value] = Int(number) - 1 }
    return places
  }

  @Test("have a place each, and what is not written like a number ends the use")
  func others() {
    var index = DecimalIndex()
    index.add(table(["7", "0", "65535", "12"]))
    #expect(places(index) == [7: 0, 0: 1, 65535: 2, 12: 3])
    for other in ["07", "00", "x", "", "1.0", "+1", "-1", "10000000", "1048576", "123456789"] {
      var index = DecimalIndex()
      index.add(table(["7", "0"]))
      index.add(table(["7", "0", other, "9"]))
      #expect(index.places.isEmpty, "\(other)")
      // For good.
      index.add(table(["7", "0", other, "9"] + (0..<100_000).map { "\($0 + 10)" }))
      #expect(index.places.isEmpty, "\(other)")
    }
  }

  @Test("are too far apart at first, and near enough when there are more")
  func growth() {
    let ids = ["3", "1048575"] + (0..<20_000).map { "\(50 * $0 + 11)" }
    var index = DecimalIndex()
    index.add(table(Array(ids[..<1])))
    #expect(places(index) == [3: 0])
    index.add(table(Array(ids[..<100])))
    #expect(index.places.isEmpty)
    index.add(table(Array(ids[..<16_384])))
    #expect(index.places.count == 1 << 20)
    #expect(places(index) == Dictionary(uniqueKeysWithValues: ids[..<16_384].enumerated().map { (Int($1)!, $0) }))
    index.add(table(ids))
    #expect(places(index) == Dictionary(uniqueKeysWithValues: ids.enumerated().map { (Int($1)!, $0) }))
  }

  @Test("a batch is found by value exactly if all of its ids are in the index", arguments: [1, 15, 16, 64])
  func batches(count: Int) {
    let known = (0..<700).map { $0 * 3 }
    var index = DecimalIndex()
    index.add(table(known.map { "\($0)" }))
    var random = Seed(UInt64(count)).stream(.resampling)
    var batch = LineBatch()
    for round in 0..<400 {
      // Ids of the round before stay in the places behind the first ones.
      let ids = (0..<count).map { _ in "\(known[random.integer(below: known.count)])" }
      let odd = ["1", "007", "2098", "100000000", "12345678", "99999999999", "6 ", "9999999", "a", ""][round % 10]
      for isOdd in [false, true] {
        batch.removeAll()
        for (place, id) in ids.enumerated() {
          let id = isOdd && place == count / 2 ? odd : id
          let word = id.utf8.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
          batch.append(item: word, length: id.utf8.count, start: 0, rating: 0, time: 0)
        }
        var numbers = InlineArray<64, Int32>(repeating: 77)
        let areAllFound = batch.items.find(byValue: index.places.span, count: count, numbers: &numbers)
        #expect(areAllFound == !isOdd, "\(odd)")
        for (place, id) in ids.enumerated() {
          #expect(numbers[place] == (isOdd && place == count / 2 ? -1 : Int32(Int(id)! / 3)))
        }
      }
    }
  }
}
