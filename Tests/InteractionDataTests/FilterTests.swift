import FileFormats
import InteractionData
import Testing

@Suite("Filters")
struct FilterTests {
  static let text = "u1,i1,5\nu1,i2,3.5\nu1,i3,4\nu2,i1,4\nu2,i2,4\nu3,i1,1\nu3,i4,5\n"

  @Test("ratings below the least are dropped and the rest loses its ratings")
  func rating() throws {
    let kept = try Filters(minRating: 4).apply(to: read(Self.text))
    #expect(kept.lines == ["u1 i1", "u1 i3", "u2 i1", "u2 i2", "u3 i4"])
    #expect(kept.items.ids == ["i1", "i3", "i2", "i4"])
    #expect(kept.notes == ["--min-rating 4 removed 2 of 7 interactions"])
    #expect(try Filters(minRating: 0).apply(to: read(Self.text)).ratings == nil)
  }

  @Test("a rating that equals the least is kept, for every tenth from 0.1 to 5.0")
  func equalRatings() throws {
    for tenth in 1...50 {
      let text = "\(Double(tenth) / 10)"
      let least = try #require(Double(text))
      let data = try read("u,a,\(text)\nu,b,\(Double(tenth + 1) / 10)\nu,c,\(Double(tenth - 1) / 10)\n")
      #expect(try Filters(minRating: least).apply(to: data).lines == ["u a", "u b"], "\(text)")
    }
  }

  @Test("for models of ratings what is below the least is dropped and the rest keeps its values")
  func keptRatings() throws {
    var filters = Filters(minRating: 1)
    filters.keepsRatings = true
    let kept = try filters.apply(to: read("u1,i1,-1\nu1,i2,7\nu2,i1,1\nu2,i2,-1\n"))
    #expect(kept.lines == ["u1 i2 7.0", "u2 i1 1.0"])
    #expect(kept.notes == ["--min-rating 1 removed 2 of 4 interactions"])
  }

  @Test("without filters nothing changes")
  func nothing() throws {
    let kept = try Filters().apply(to: read(Self.text))
    #expect(try kept.lines == read(Self.text).lines && kept.notes.isEmpty)
  }

  @Test("items are filtered once, then users once")
  func once() throws {
    let kept = try Filters(minUserItems: 2, minItemUsers: 2).apply(to: read(Self.text))
    #expect(kept.lines == ["u1 i1 5.0", "u1 i2 3.5", "u2 i1 4.0", "u2 i2 4.0"])
    #expect(
      kept.notes == [
        "--min-item-users 2 removed 2 of 7 interactions", "--min-user-items 2 removed 1 of 5 interactions",
      ])
  }

  @Test("the core is what is left when nothing more can be removed, over many seeds")
  func core() throws {
    for seed: UInt64 in 0..<30 {
      let data = sampleInteractions(users: 30, items: 40, seed: seed)
      let kept = try Filters(core: 5).apply(to: data)
      var users: [Int32: Int] = [:]
      var items: [Int32: Int] = [:]
      for position in 0..<kept.count {
        users[kept.userIndices[position], default: 0] += 1
        items[kept.itemIndices[position], default: 0] += 1
      }
      #expect(users.values.allSatisfy { $0 >= 5 } && items.values.allSatisfy { $0 >= 5 }, "seed \(seed)")
      #expect(users.count == kept.users.count && items.count == kept.items.count, "seed \(seed)")
      #expect(try Filters(core: 5).apply(to: kept).count == kept.count, "seed \(seed)")
    }
  }

  @Test("a filter that leaves nothing is named")
  func empty() throws {
    let data = try read(Self.text)
    for (filters, name) in [
      (Filters(minRating: 6), "--min-rating 6"), (Filters(minUserItems: 9), "--min-user-items 9"),
      (Filters(minItemUsers: 9), "--min-item-users 9"), (Filters(core: 4), "--core 4"),
    ] {
      let error = #expect(throws: DataError.self) { try filters.apply(to: data) }
      #expect(
        error?.description
          == "ratings.csv: has no interactions left after \(name); accepted: a smaller number")
    }
    #expect(throws: DataError.self) { try Filters(minRating: 4).apply(to: read("a b\nc d\n")) }
  }
}
