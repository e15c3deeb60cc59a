import Compute
import InteractionData
import TestSupport
import Testing

@testable import Autoencoders

/// Item shards, the order of sums over them, and the seam behind which they lie.
@Suite("Item shards")
struct ShardTests {
  @Test(
    "ranges are 64 to 640 items wide, about sixteen where that allows it, and depend on the number of items alone",
    arguments: [
      (1, 64, 1), (64, 64, 1), (65, 64, 2), (900, 64, 15), (1682, 128, 14), (10_240, 640, 16), (10_241, 640, 17),
      (20_108, 640, 32), (1_000_000, 640, 1563),
    ])
  func ranges(items: Int, width: Int, count: Int) {
    let ranges = ItemShard<Float>.ranges(items: items)
    #expect(ranges.count == count && ranges.dropLast().allSatisfy { $0.count == width })
    #expect(ranges.flatMap(\.self) == Array(0..<items))
  }

  @Test(
    "the left half of a node is the largest power of two below its size",
    arguments: [
      (1, "0"), (2, "(0 1)"), (3, "((0 1) 2)"), (4, "((0 1) (2 3))"), (6, "(((0 1) (2 3)) (4 5))"),
      (7, "(((0 1) (2 3)) ((4 5) 6))"), (9, "((((0 1) (2 3)) ((4 5) (6 7))) 8)"),
    ])
  func tree(count: Int, text: String) {
    #expect(inWords(0..<count) == text)
  }

  /// A sum with its parentheses, of single shards or of larger parts.
  private func inWords(_ node: Range<Int>, of parts: [Range<Int>: String] = [:]) -> String {
    ShardTree.sum(
      node, of: { parts[$0] ?? ($0.count == 1 ? "\($0.lowerBound)" : nil) }, adding: { $0 = "(\($0) \($1))" })
  }

  @Test("any cut into runs gives the same sum, from at most 2 log₂ S parts a run")
  func subtrees() {
    var random = Seed(300).stream(.resampling)
    for count in 1...70 {
      let tree = ShardTree(count: count)
      for _ in 0..<10 {
        let (one, other) = (random.integer(below: count + 1), random.integer(below: count + 1))
        let (first, second) = (min(one, other), max(one, other))
        var parts: [Range<Int>: String] = [:]
        for run in [0..<first, first..<second, second..<count] where !run.isEmpty {
          let nodes = tree.subtrees(of: run)
          #expect(nodes.flatMap(\.self) == Array(run))
          #expect(nodes.count <= max(1, 2 * (Int.bitWidth - count.leadingZeroBitCount)))
          for node in nodes { parts[node] = inWords(node) }
        }
        #expect(inWords(tree.root, of: parts) == inWords(tree.root), "\(count) shards cut at \(first) and \(second)")
      }
    }
  }

  @Test("a parent has its node as one of its halves")
  func parents() {
    for count in [1, 2, 7, 32, 41] {
      let tree = ShardTree(count: count)
      #expect(tree.parent(of: tree.root) == nil)
      for shard in 0..<count where count > 1 {
        var node = shard..<shard + 1
        while let parent = tree.parent(of: node) {
          let (left, right) = ShardTree.halves(of: parent)
          #expect(node == left || node == right)
          node = parent
        }
        #expect(node == tree.root)
      }
    }
  }

  @Test(
    "parts of the output gradient stay within the estimate, in whatever order the shards are done",
    arguments: [(16, 4), (32, 2), (33, 1), (157, 3), (1563, 8)])
  func parts(shards: Int, threads: Int) {
    let tree = ShardTree(count: shards)
    for round in 0..<5 {
      var random = Seed(301).stream(.resampling, round)
      var parts = GradientParts<Float>(tree: tree, run: tree.root, spare: [])
      var (working, next, most) = ([Int](), 0, 0)
      while next < shards || !working.isEmpty {
        while working.count < threads && next < shards {
          working.append(next)
          next += 1
        }
        most = max(most, parts.parts.count + working.count)
        let shard = working.remove(at: random.integer(below: working.count))
        var node = shard..<shard + 1
        while let sibling = parts.sibling(of: node, orKeep: Matrix(rows: 0, columns: 0)) { node = sibling.parent }
      }
      #expect(most <= GradientParts<Float>.most(shards: shards, threads: threads), "\(most)")
      #expect(parts.parts.count <= GradientParts<Float>.mostBranches)
      #expect(parts.parts.keys.sorted { $0.lowerBound < $1.lowerBound }.flatMap(\.self) == Array(0..<shards))
    }
  }

  @Test(
    "a user's sums of shards are added along the tree, with the same bits; shards without entries add nothing",
    arguments: [1, 2, 3, 5, 8, 13, 33])
  func shardSums(count: Int) {
    let (height, width, users, base) = (7, 5, 9, 70)
    let weights: [Matrix<Float>] = (0..<count).map {
      gaussianMatrix($0 < count - 1 ? height : 4, width, seed: 304, place: $0)
    }
    let items = (count - 1) * height + 4
    var batch = BatchRows<Float>()
    let rows = randomRows(users - 1, items, density: 0.15, seed: 305, ratings: [1, 0.3, -2.7])
    for row in 0..<users - 1 {
      // Entries before the first shard are another run's.
      batch.append(column: Int32(base - 1), value: 1e9)
      for position in rows.range(ofRow: row) {
        batch.append(column: rows.indices[position] + Int32(base), value: rows.value(at: position))
      }
      batch.endRow()
    }
    batch.endRow()
    let tree = ShardTree(count: count)
    var nodes = [tree.root]
    while let node = nodes.popLast() {
      var found: Matrix<Float> = gaussianMatrix(users - 2, width, seed: 306)
      found.gather(
        batch, users: 2..<users, fromShards: Array(weights[node]), base: base + node.lowerBound * height,
        first: node.lowerBound)
      for user in 2..<users {
        let sum: Matrix<Float>? = ShardTree.sum(
          node,
          of: { part -> Matrix<Float>?? in
            guard part.count == 1 else { return nil }
            let start = base + part.lowerBound * height
            let entries = batch.segment(ofRow: user, columns: start..<start + weights[part.lowerBound].rows)
            if entries.isEmpty { return .some(nil) }
            var sum = Matrix<Float>(rows: 1, columns: width)
            sum.gather(batch, entries: entries, base: start, from: weights[part.lowerBound], toRow: 0)
            return sum
          },
          adding: { sum, part in
            if let part { if sum == nil { sum = part } else { sum?.add(part) } }
          })
        #expect(
          Array(found[row: user - 2]) == sum?.elements ?? [Float](repeating: 0, count: width),
          "user \(user) under \(node)")
      }
      if node.count > 1 {
        let (left, right) = ShardTree.halves(of: node)
        nodes += [left, right]
      }
    }
  }

  // MARK: The seam

  private static let narrow = randomRows(90, 500, density: 0.05, seed: 302)
  /// 38 shards: branches of eight.
  private static let wide = randomRows(40, 24_000, density: 0.003, seed: 303)

  private static let variational: MultVAE = {
    var model = MultVAE()
    (model.hidden, model.latent, model.annealingSteps) = ([9], 4, 0)
    return model
  }()

  @Test(
    "shards in several groups, which pass on sums of subtrees alone, give the bytes that shards in one place give",
    arguments: Likelihood.allCases, [[3], [1, 6], [2, 4, 7]])
  func groups(_ likelihood: Likelihood, cuts: [Int]) throws {
    var model = Self.variational
    model.likelihood = likelihood
    try compare(model.design, Self.narrow, cuts: cuts)
  }

  @Test("the same where branches are added up in place", arguments: [[8], [5, 30], [1, 2, 37]])
  func wide(cuts: [Int]) throws { try compare(Self.variational.design, Self.wide, cuts: cuts) }

  @Test("the same for listed cells, user vectors and a penalty")
  func listed() throws {
    var model = CDAE()
    (model.latent, model.negatives, model.weightDecay) = (6, 3, 0.01)
    try compare(model.design, Self.narrow, cuts: [3, 5])
  }

  @Test("the same with a kept encoder and a decoder that stands still")
  func phases() throws {
    var design = Self.variational.design
    design.phases = [Phase(learns: [.encoder], keepsEncoder: true)]
    try compare(design, Self.narrow, cuts: [1, 4], keepsEncoder: true)
  }

  @Test("the same with rounded products, where there are any")
  func rounded() throws {
    let engine = try ProductEngine.fastest()
    guard engine.supports(.bfloat16) else {
      #expect(throws: EngineError.unsupported(.bfloat16, engine: engine.name)) {
        try Processor(engine: engine).using(ProductPrecision.bfloat16)
      }
      return
    }
    try compare(Self.variational.design, Self.narrow, cuts: [3, 5], engine: engine, precision: .bfloat16)
  }

  /// Three updates by shards in one place and by shards in groups, on other numbers of threads.
  private func compare<Latent>(
    _ design: Design<Latent>, _ rows: SparseRows, cuts: [Int], engine: ProductEngine = .gsl,
    precision: ProductPrecision = .float32, keepsEncoder: Bool = false
  ) throws {
    let users = rows.rowCount
    let network = Network<Float>(design, items: rows.columnCount, users: users, seed: Seed(304))
    func step(_ threads: Int, _ cuts: [Int]?) throws -> TrainingStep<Latent, Float> {
      let processor = try Processor(engine: engine, threads: threads).using(precision)
      guard let cuts else {
        return TrainingStep(
          design, network: network, batchSize: users, plannedUpdates: 3, adam: Adam(learningRate: 0.01),
          processor: processor)
      }
      return TrainingStep(
        design, network: network, batchSize: users, plannedUpdates: 3, adam: Adam(learningRate: 0.01),
        processor: processor,
        shards: GroupedShards(network.shards, cuts: cuts, batchSize: users, processor: processor))
    }
    var (one, several) = (try step(1, nil), try step(3, cuts))
    if keepsEncoder {
      one.keepEncoder()
      several.keepEncoder()
    }
    for update in 0..<3 {
      let noise = NoiseSource.drawn(seed: Seed(305), update: update)
      // The last batch is a short one.
      let batch = Array(0..<(update == 2 ? users - 20 : users))
      #expect(
        try one.update(rows: batch, of: rows, noise: noise) == several.update(rows: batch, of: rows, noise: noise))
      #expect(one.references == several.references && (one.references.count > 0) == keepsEncoder)
    }
    for (mine, theirs) in [
      (one.network, several.network), (one.moments.first, several.moments.first),
      (one.moments.second, several.moments.second),
    ] {
      #expect(NamedTensors(mine).matrices == NamedTensors(theirs).matrices)
    }
    let noise = NoiseSource.drawn(seed: Seed(305), update: 3)
    let logits = try one.outputs(rows: Array(0..<users), of: rows, noise: noise).logits
    #expect(try several.outputs(rows: Array(0..<users), of: rows, noise: noise).logits == logits)
  }

  @Test("the best of all items are among the best of each run, by score and then by item")
  func topItems() {
    let design = Self.variational.design
    let shards = Network<Float>(design, items: 500, users: 0, seed: Seed(306)).shards
    let output: Matrix<Float> = gaussianMatrix(5, 9, seed: 307)
    func best(_ logits: Matrix<Float>, _ row: Int, from base: Int) -> [(item: Int, score: Float)] {
      let all = logits[row: row].enumerated().map { (item: base + $0.offset, score: $0.element) }
      return Array(all.sorted { ($1.score, $0.item) < ($0.score, $1.item) }.prefix(10))
    }
    let whole = ShardProducts(shards).logits(of: output, using: .gsl)
    let runs = [0..<3, 3..<8].map { run in
      (
        base: shards[run.lowerBound].items.lowerBound,
        logits: ShardProducts(Array(shards[run]), from: run.lowerBound).logits(of: output, using: .gsl)
      )
    }
    for row in 0..<5 {
      let merged = runs.flatMap { best($0.logits, row, from: $0.base) }
        .sorted { ($1.score, $0.item) < ($0.score, $1.item) }.prefix(10)
      #expect(merged.map(\.item) == best(whole, row, from: 0).map(\.item))
      #expect(merged.map(\.score) == best(whole, row, from: 0).map(\.score))
    }
  }
}

/// Shards in groups that could be processes: each adds up its own subtrees, and only their sums meet.
private struct GroupedShards<S: Scalar>: ItemShards {
  private var groups: [ShardRun<S>]
  private let tree: ShardTree

  init(_ shards: [ItemShard<S>], cuts: [Int], batchSize: Int, processor: Processor) {
    let (tree, bounds) = (ShardTree(count: shards.count), [0] + cuts + [shards.count])
    self.tree = tree
    groups = zip(bounds, bounds.dropFirst()).map { first, end in
      ShardRun(
        Array(shards[first..<end]), of: tree, from: first, batchSize: batchSize,
        precision: S.self == Float.self ? processor.precision : .float32, processor: processor)
    }
  }

  private mutating func total<Part>(
    adding add: (inout Part, Part) -> Void, _ parts: (inout ShardRun<S>) throws -> [Part]
  ) rethrows -> Part {
    var known: [Range<Int>: Part] = [:]
    for index in groups.indices {
      for (node, part) in zip(groups[index].subtrees, try parts(&groups[index])) { known[node] = part }
    }
    return ShardTree.sum(tree.root, of: { known[$0] }, adding: add)
  }

  mutating func gather(_ input: BatchRows<S>, kept: Bool) throws -> Matrix<S> {
    try total(adding: { $0.add($1) }) { try $0.gather(input, kept: kept) }
  }

  mutating func score(_ output: Matrix<S>, _ loss: OutputLoss<S>) throws -> [LogitStatistics<S>] {
    try total { sum, part in
      for user in sum.indices { sum[user].add(part[user]) }
    } _: {
      try $0.score(output, loss)
    }
  }

  mutating func learnOutput(
    _ output: Matrix<S>, _ loss: OutputLoss<S>, _ softmax: [SoftmaxNormaliser], _ steps: AdamSteps?
  ) throws -> Matrix<S> {
    try total(adding: { $0.add($1) }) { try $0.learnOutput(output, loss, softmax, steps) }
  }

  mutating func differentiate(
    _ output: Matrix<S>, _ loss: OutputLoss<S>, _ softmax: [SoftmaxNormaliser]
  ) throws -> (gradient: Matrix<S>, squares: [Double]) {
    let gradient = try total(adding: { $0.add($1) }) { try $0.learnOutput(output, loss, softmax, nil) }
    let squares = total {
      (sum: inout [Double], part: [Double]) in
      for user in sum.indices { sum[user] += part[user] }
    } _: {
      $0.squares()
    }
    return (gradient, squares)
  }

  mutating func learnOutput(_ output: Matrix<S>, shares: [Double], _ steps: AdamSteps, noise: UpdateNoise) throws {
    for index in groups.indices { try groups[index].learnOutput(output, shares: shares, steps, noise: noise) }
  }

  mutating func learnInput(_ input: [DividedRows<S>], delta: Matrix<S>, _ step: AdamStep, noise: UpdateNoise?) throws {
    for index in groups.indices { try groups[index].learnInput(input, delta: delta, step, noise: noise) }
  }

  func logits(of output: Matrix<S>) -> Matrix<S> {
    let parts = groups.map { $0.logits(of: output) }
    return Matrix(
      rows: output.rows, columns: parts.reduce(0) { $0 + $1.columns },
      elements: (0..<output.rows).flatMap { row in parts.flatMap { $0[row: row] } })
  }

  mutating func keepInput() {
    for index in groups.indices { groups[index].keepInput() }
  }

  var state: ShardState<S> {
    get {
      let states = groups.map(\.state)
      return ShardState(
        weights: states.flatMap(\.weights), first: states.flatMap(\.first), second: states.flatMap(\.second),
        kept: states.allSatisfy { $0.kept != nil } ? states.flatMap { $0.kept ?? [] } : nil)
    }
    set {
      var first = 0
      for index in groups.indices {
        let run = first..<first + groups[index].state.weights.count
        groups[index].state = ShardState(
          weights: Array(newValue.weights[run]), first: Array(newValue.first[run]), second: Array(newValue.second[run]),
          kept: newValue.kept.map { Array($0[run]) })
        first = run.upperBound
      }
    }
  }
}
