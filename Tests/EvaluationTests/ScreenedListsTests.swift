import Compute
import Evaluation
import InteractionData
import Testing

@Suite("Lists without the scores of all items")
struct ScreenedListsTests {
  /// Products of given vectors; a user's vector is chosen by their first item.
  private struct Products: FactoredRecommender {
    var itemFactors: [ItemFactors]
    var users: Matrix<Float>
    var itemCount: Int { itemFactors.reduce(0) { $0 + $1.vectors.rows } }

    func userFactors(for profiles: Profiles, using engine: ProductEngine) -> Matrix<Float> {
      var vectors = Matrix<Float>(rows: profiles.items.rowCount, columns: users.columns)
      for row in 0..<vectors.rows {
        let user = Matrix(
          rows: 1, columns: users.columns, elements: Array(users[row: profiles.trainingRows?[row] ?? 0]))
        vectors.copy(user, toRow: row)
      }
      return vectors
    }

    func scores(for profiles: Profiles, using engine: ProductEngine) throws -> Matrix<Float> {
      Issue.record("all scores were computed")
      return Matrix(rows: profiles.items.rowCount, columns: itemCount)
    }
  }

  private static let users = 40

  /// A model of items in parts of 100, with profiles of up to 30 items.
  private static func made(
    seed: UInt64, items: Int, width: Int, element: (inout RandomSource, _ item: Int) -> Float
  ) -> (Products, Profiles) {
    var random = Seed(seed).stream(.simulation)
    let factors = (0..<items).blocks(of: 100).map { range in
      ItemFactors(
        vectors: Matrix(
          rows: range.count, columns: width,
          elements: range.flatMap { item in (0..<width).map { _ in element(&random, item) } }),
        biases: Matrix(rows: 1, columns: range.count, elements: range.map { element(&random, $0) }))
    }
    let vectors = (0..<users * width).map { _ in Float(random.gaussian()) }
    let rows = (0..<users).map { _ in
      Set((0..<random.integer(below: 30)).map { _ in random.integer(below: items) }).sorted()
    }
    return (
      Products(itemFactors: factors, users: Matrix(rows: users, columns: width, elements: vectors)),
      Profiles(items: SparseRows(columnCount: items, rows: rows), trainingRows: (0..<users).map { $0 })
    )
  }

  /// Checks every list, to the last bit, against a ranking of the scores of all items.
  private static func check(_ model: Products, _ profiles: Profiles, k: Int, only allowed: [Bool]? = nil) throws {
    let processor = try Processor(engine: .fastest(), threads: 2)
    guard let lists = try ScreenedLists(model, users: users, processor: processor) else {
      #expect(!ItemScreen.isFaster(with: processor.engine))
      return
    }
    let found = try lists.lists(for: profiles, k: k, only: allowed, using: processor.engine) { $1 }
    for (row, list) in found.enumerated() {
      let scores = model.itemFactors.flatMap { $0.scores(of: model.users, row: row) }
      let whole = try topK(scores[...], k: k, excluding: profiles.items.indices(ofRow: row), only: allowed)
      #expect(list == whole, "user \(row)")
    }
  }

  @Test("they equal the ranking of all scores", arguments: 0..<30 as Range<UInt64>)
  func equal(seed: UInt64) throws {
    let shape = [(1000, 64), (777, 601), (250, 7), (1201, 200), (64, 1)][Int(seed) % 5]
    let (model, profiles) = Self.made(seed: seed, items: shape.0, width: shape.1) { random, _ in
      Float(random.gaussian())
    }
    for k in [1, 10, 100, 2000, .max] { try Self.check(model, profiles, k: k) }
    try Self.check(model, profiles, k: 20, only: (0..<shape.0).map { $0 % 3 != 0 })
  }

  @Test(
    "near ties, ties, zeros and items of very different lengths do not change that", arguments: 0..<10 as Range<UInt64>)
  func hard(seed: UInt64) throws {
    // All items nearly alike.
    var (model, profiles) = Self.made(seed: seed, items: 900, width: 96) { random, _ in
      1 + 1e-6 * Float(random.gaussian())
    }
    try Self.check(model, profiles, k: 50)
    // Exact ties: few different values.
    (model, profiles) = Self.made(seed: seed, items: 900, width: 3) { random, _ in Float(random.integer(below: 2)) }
    try Self.check(model, profiles, k: 50)
    (model, profiles) = Self.made(seed: seed, items: 900, width: 20) { _, _ in 0 }
    try Self.check(model, profiles, k: 50)
    // Lengths from 10⁻⁸ to 10⁸, and numbers too small for a scale.
    (model, profiles) = Self.made(seed: seed, items: 900, width: 50) { random, item in
      Float(random.gaussian()) * [1e-8, 1, 1e8, 1e-38, 1e-3][item % 5]
    }
    try Self.check(model, profiles, k: 50)
    // One coordinate dwarfs the others, so that bytes keep nothing of them.
    (model, profiles) = Self.made(seed: seed, items: 900, width: 64) { random, item in
      random.integer(below: 64) == 0 ? 1000 : Float(random.gaussian()) * 1e-3
    }
    try Self.check(model, profiles, k: 50)
  }

  @Test("numbers that are too small for single precision do not change that either")
  func tiny() throws {
    // Both scores are 2⁻¹⁴⁸: the product of the first, and the bias of the second.
    let least = Float.leastNonzeroMagnitude
    var (model, profiles) = Self.made(seed: 1, items: 2, width: 2) { _, _ in 0 }
    profiles.items = SparseRows(columnCount: 2, rows: [[Int]](repeating: [], count: Self.users))
    model.itemFactors = [
      ItemFactors(
        vectors: Matrix(rows: 2, columns: 2, elements: [least, least, 0, 0]),
        biases: Matrix(rows: 1, columns: 2, elements: [0, 2 * least]))
    ]
    model.users = Matrix(rows: Self.users, columns: 2, elements: [Float](repeating: 0.75, count: 2 * Self.users))
    try Self.check(model, profiles, k: 1)
    // Products of lengths near 10⁻⁴⁰.
    (model, profiles) = Self.made(seed: 2, items: 500, width: 30) { random, _ in Float(random.gaussian()) * 1e-20 }
    for index in 0..<Self.users { for column in 0..<30 { model.users[index, column] *= 1e-20 } }
    try Self.check(model, profiles, k: 20)
  }

  @Test("one user has the same list alone as among others")
  func alone() throws {
    let (model, profiles) = Self.made(seed: 3, items: 1500, width: 128) { random, _ in Float(random.gaussian()) }
    let processor = try Processor(engine: .fastest(), threads: 1)
    guard let many = try ScreenedLists(model, users: Self.users, processor: processor),
      let few = try ScreenedLists(model, users: 1, processor: processor)
    else {
      #expect(!ItemScreen.isFaster(with: processor.engine))
      return
    }
    let together = try many.lists(for: profiles, k: 30, only: nil, using: processor.engine) { $1 }
    for row in 0..<Self.users {
      let one = try few.lists(
        for: profiles.selecting(row..<row + 1), k: 30, only: nil, using: processor.engine
      ) { $1 }
      #expect(one == [together[row]])
    }
  }

  @Test("a number that is not finite is found, in a user's vector, an item's and a bias", arguments: [0, 1, 2])
  func notFinite(place: Int) throws {
    var (model, profiles) = Self.made(seed: 1, items: 300, width: 10) { random, _ in Float(random.gaussian()) }
    var (vectors, biases) = (model.itemFactors[1].vectors, model.itemFactors[1].biases)
    switch place {
    case 0: model.users[7, 3] = .nan
    case 1: vectors[5, 2] = .nan
    default: biases[0, 5] = .nan
    }
    model.itemFactors[1] = ItemFactors(vectors: vectors, biases: biases)
    let processor = try Processor(engine: .fastest(), threads: 1)
    guard let lists = try ScreenedLists(model, users: Self.users, processor: processor) else {
      #expect(!ItemScreen.isFaster(with: processor.engine))
      return
    }
    #expect(throws: NotANumberError(item: place == 0 ? 0 : 105)) {
      try lists.lists(for: profiles, k: 5, only: nil, using: processor.engine) { row, error in
        #expect(row == (place == 0 ? 7 : 0))
        return error
      }
    }
    // Infinite numbers have an order: that of all scores.
    if place == 2 {
      biases[0, 5] = .infinity
      model.itemFactors[1] = ItemFactors(vectors: vectors, biases: biases)
      try Self.check(model, profiles, k: 20)
    }
  }
}
