/// A named taste with the words of its items' titles.
struct Genre {
  let name: String
  private let first: [String]
  private let second: [String]

  private init(_ name: String, _ first: String, _ second: String) {
    self.name = name
    self.first = first.split(separator: " ").map(String.init)
    self.second = second.split(separator: " ").map(String.init)
  }

  /// Genre number `index`.
  ///
  /// Sixteen genres have their own titles; later ones reuse words and are numbered.
  static func numbered(_ index: Int) -> Genre {
    var genre = named[index % named.count]
    if index >= named.count {
      genre = Genre("\(genre.name) \(index / named.count + 1)", genre.first, genre.second)
    }
    return genre
  }

  private init(_ name: String, _ first: [String], _ second: [String]) {
    self.name = name
    self.first = first
    self.second = second
  }

  /// A title such as `Midnight Harbour (Noir)`, different for every `number`; parts of a series, counted from 0, get theirs from
  /// the second on, as in `Midnight Harbour: Part 2 (Noir)`.
  func title(_ number: Int, part: Int? = nil) -> String {
    let combinations = first.count * second.count
    let volume = number >= combinations ? " \(number / combinations + 1)" : ""
    let (row, column) = (number % combinations / second.count, number % second.count)
    // Shifting the second list by one step in every round uses every pair once and mixes the words.
    let sequel = part.map { $0 == 0 ? "" : ": Part \($0 + 1)" } ?? ""
    return "\(first[(column + row) % first.count]) \(second[column])\(volume)\(sequel) (\(name))"
  }

  private static let named: [Genre] = [
    Genre(
      "Noir", "Midnight Silent Crooked Broken Smoke Velvet Cold Bitter Rain Shadow",
      "Harbour Alley Witness Alibi Detective Corridor Telegram Motel Informant Ledger"),
    Genre(
      "Science Fiction", "Quantum Orbital Stellar Binary Lunar Synthetic Distant Frozen Parallel Infinite",
      "Colony Signal Horizon Engine Paradox Station Protocol Voyage Android Nebula"),
    Genre(
      "Romance", "Tender Summer Secret Golden Stolen Paper Second Starlit Gentle Parisian",
      "Letters Promise Waltz Garden Heart Kiss Bouquet Wedding Serenade Vow"),
    Genre(
      "Western", "Dusty Lonesome Iron Copper Lawless Painted Broken Desert Wild Buffalo",
      "Trail Sheriff Canyon Saloon Rider Creek Outlaw Railroad Prairie Spur"),
    Genre(
      "Horror", "Hollow Crimson Whispering Cursed Pale Rotting Haunted Nameless Hungry Buried",
      "Cellar Orchard Mirror Doll House Choir Grave Asylum Lantern Ritual"),
    Genre(
      "Comedy", "Accidental Clumsy Borrowed Reluctant Noisy Hopeless Double Upstairs Lucky Awkward",
      "Butler Cousin Holiday Landlord Parrot Wedding Inheritance Plumber Neighbour Elevator"),
    Genre(
      "Fantasy", "Emerald Silver Forgotten Eternal Thorn Raven Dragon Runic Twilight Hidden",
      "Crown Tower Oath Kingdom Blade Prophecy Forest Throne Wanderer Gate"),
    Genre(
      "Documentary", "Secret Living Vanishing Deep Ancient Burning Rising Unseen Human Last",
      "Oceans Glaciers Cities Forests Migrations Rivers Archives Volcanoes Harvests Reefs"),
    Genre(
      "Musical", "Dancing Neon Broadway Swinging Singing Electric Sequin Lyric Jazz Grand",
      "Melody Chorus Overture Matinee Serenade Rhythm Encore Ballroom Spotlight Refrain"),
    Genre(
      "War", "Fallen Northern Final Steel Forgotten Scarlet Winter Burning Bravest Distant",
      "Battalion Bridge Convoy Trench Front Armistice Squadron Outpost Landing Garrison"),
    Genre(
      "Adventure", "Lost Sunken Uncharted Perilous Jade Monsoon Savage Arctic Golden Thundering",
      "Island Temple Expedition Caravan Map Cutlass Summit Jungle Treasure Compass"),
    Genre(
      "Family", "Little Magic Brave Happy Curious Sleepy Rainbow Snowy Tiny Wonderful",
      "Penguin Treehouse Balloon Puppy Lighthouse Circus Teddy Kite Dinosaur Submarine"),
    Genre(
      "Animation", "Singing Inflatable Clockwork Runaway Moonlit Pocket Feathered Marmalade Invisible Topsy",
      "Robot Fox Balloonist Island Toymaker Turtle Orchestra Windmill Comet Snowman"),
    Genre(
      "Crime", "Loaded Marked Perfect Dirty Second Cheap Clean Blind Borrowed Lonely",
      "Heist Verdict Deal Getaway Courier Kingpin Safehouse Witness Ransom Hand"),
    Genre(
      "Historical", "Imperial Forgotten Royal Burning Tudor Marble Last Divided Gilded Northern",
      "Court Regiment Portrait Treaty Dynasty Physician Crossing Rebellion Cathedral Heir"),
    Genre(
      "Biography", "Restless Unfinished Private Borrowed Stubborn Quiet Brilliant Ordinary Barefoot Public",
      "Genius Years Champion Composer Inventor Notebook Pilot Poet Chemist Life"),
  ]
}
