import Doppel

/// Item-based nearest neighbours: an item scores the cosines between it and those of a user's items that are among its
/// nearest.
///
/// Source: Sarwar, Karypis, Konstan & Riedl, "Item-based collaborative filtering recommendation algorithms", WWW 2001.
struct ItemKNN: ZooModel {
  static let name = "item-knn"
  static var settings: [Setting<Self>] {
    [.whole("neighbours", \.neighbours, in: 1...10_000, "Nearest items kept for each item.")]
  }

  var neighbours = 50

  func fit(_ data: TrainingData<Fitted>, by trainer: Trainer) throws -> Fit<Fitted> {
    let rows = data.all
    let counts = rows.columnCounts().map { Float($0) }
    var cosines = Matrix<Float>(rows: rows.columnCount, columns: rows.columnCount)
    for user in 0..<rows.rowCount {
      for i in rows.indices(ofRow: user) {
        for j in rows.indices(ofRow: user) where i != j { cosines[Int(i), Int(j)] += 1 }
      }
    }
    for item in 0..<cosines.rows {
      for other in 0..<cosines.columns where cosines[item, other] > 0 {
        cosines[item, other] /= (counts[item] * counts[other]).squareRoot()
      }
      // Nearest first, so that what is not among the first is cut off.
      let nearest = Set(try topK(cosines[row: item], k: neighbours).map(\.item))
      for other in 0..<cosines.columns where !nearest.contains(other) { cosines[item, other] = 0 }
    }
    return Fit(model: Fitted(cosines: cosines), extent: data.extent)
  }

  func load(_ tensors: [String: Tensor], items: Int, users: Int) throws -> Fitted {
    var file = TensorReader(tensors)
    let cosines = Matrix(rows: items, columns: items, elements: try file.take("cosines", [items, items]))
    try file.finish()
    return Fitted(cosines: cosines)
  }

  func memory(_ rows: TrainingRows, processor: Processor) -> TrainingMemory {
    TrainingMemory(parameters: rows.width * rows.width)
  }

  struct Fitted: FittedModel {
    /// The cosine of each item (row) with its nearest others (columns); shape: I × I.
    let cosines: Matrix<Float>

    var tensors: [String: Tensor] {
      ["cosines": Tensor(shape: [cosines.rows, cosines.columns], values: cosines.elements)]
    }
    var itemCount: Int { cosines.rows }

    func scores(for profiles: Profiles, using engine: ProductEngine) throws -> Matrix<Float> {
      var scores = Matrix<Float>(rows: profiles.items.rowCount, columns: itemCount)
      for user in 0..<scores.rows {
        for item in 0..<itemCount {
          for known in profiles.items.indices(ofRow: user) { scores[user, item] += cosines[item, Int(known)] }
        }
      }
      return scores
    }
  }
}

/// The expected usefulness of a list to someone who stops reading at each rank with the same chance: half of all readers
/// get to rank 5.
///
/// `Σ hⱼ 2^{−(j−1)/4}`, divided by its largest possible value. Source: Breese, Heckerman & Kadie, "Empirical analysis of
/// predictive algorithms for collaborative filtering", UAI 1998.
enum HalfLife: AccuracyMetric {
  static func value(of list: JudgedList, at k: Int) -> Double {
    func weight(_ rank: Int) -> Double {
      var weight = 1.0
      for _ in 0..<rank { weight *= 0.8408964152537145 }  // 2^(−1/4)
      return weight
    }
    let found = list.hits.prefix(k).enumerated().reduce(0) { $0 + ($1.element ? weight($1.offset) : 0) }
    let most = (0..<min(k, list.heldOutCount)).reduce(0) { $0 + weight($1) }
    return found / most
  }
}
