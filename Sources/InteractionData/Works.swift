import Compute

/// The works of a catalogue: single works and series, each with one genre and one mood.
struct Works {
  /// The genre of each item; shape: I.
  private(set) var genre: [Int] = []
  /// The mood of each item; shape: I.
  private(set) var mood: [Int] = []
  /// The series of each item, if it belongs to one; shape: I.
  private(set) var seriesOfItem: [Int?] = []
  /// The items of each series, in their order.
  private(set) var series: [[Int]] = []

  /// Draws works until there are `count` items; every genre has at least one.
  ///
  /// - Precondition: there are at least as many items as genres.
  init(count: Int, _ sizes: [Double], _ traits: LifelikeTraits, _ random: inout RandomSource) {
    while genre.count < count {
      let left = count - genre.count
      // The first works cover all genres, so that none is empty; the others follow the sizes.
      let own = genre.count < sizes.count ? genre.count : Self.pick(sizes, random.fineUniform())
      let mood = random.integer(below: traits.moods)
      let begins = random.uniform() < traits.seriesShare
      var parts = 1
      if begins && genre.count >= sizes.count {
        parts = 2
        while parts < 6 && random.uniform() < 0.5 { parts += 1 }
      }
      parts = min(parts, left)
      let items = Array(genre.count..<genre.count + parts)
      genre += [Int](repeating: own, count: parts)
      self.mood += [Int](repeating: mood, count: parts)
      seriesOfItem += [Int?](repeating: parts > 1 ? series.count : nil, count: parts)
      if parts > 1 { series.append(items) }
    }
  }

  /// A title for each item: works of a genre are numbered, and the parts of a series share a title.
  func titles(_ genres: [Genre]) -> [String] {
    var works = [Int](repeating: 0, count: genres.count)
    var place = 0
    return genre.indices.map { item in
      let isLaterPart = item > 0 && seriesOfItem[item] != nil && seriesOfItem[item] == seriesOfItem[item - 1]
      if isLaterPart {
        place += 1
      } else {
        works[genre[item]] += 1
        place = 0
      }
      return genres[genre[item]].title(works[genre[item]] - 1, part: seriesOfItem[item] == nil ? nil : place)
    }
  }

  private static func pick(_ shares: [Double], _ uniform: Double) -> Int {
    var sum = 0.0
    for (index, share) in shares.enumerated() {
      sum += share
      if uniform < sum { return index }
    }
    return shares.count - 1
  }
}

/// A mood that cuts across genres.
enum Mood {
  /// The name of mood number `index`; there are twelve, later ones are numbered.
  static func name(_ index: Int) -> String {
    let name = names[index % names.count]
    return index < names.count ? name : "\(name) \(index / names.count + 1)"
  }

  private static let names = [
    "tender", "bleak", "playful", "tense", "epic", "quiet", "strange", "nostalgic", "angry", "hopeful", "lavish",
    "austere",
  ]
}
