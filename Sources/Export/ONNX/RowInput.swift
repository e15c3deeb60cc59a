/// Users' rows as inputs of a graph: a list of items for each user, padded to the length of the longest.
///
/// The rows stay sparse: the place of an item and its weight. Padding is place 0 with weight 0.
struct RowInput {
  /// The places of items among all; shape: batch × (length + 1).
  let places: String
  /// Whether it is an item rather than padding; shape as ``places``.
  let isItem: String
  /// The weight of each item: 1, or its rating; 0 for padding; shape as ``places``.
  let weights: String
  /// The number of users, one whole number.
  let batch: String
  /// The lines of users in `users.txt`, below 0 for new users, and `nil` if all users are new; shape: batch, or 1 for
  /// all.
  let users: String?

  /// Adds the inputs to a graph.
  ///
  /// - Parameters:
  ///   - ids: the items' ids, for rows that are lists of ids; `nil` for lists of places.
  ///   - rating: the default rating of an item, for models that read ratings; otherwise `nil`.
  ///   - users: the training users' ids, for models with user vectors; `nil` if all users are new.
  init(_ graph: inout GraphBuilder, ids: [String]?, rating: Float?, users: [String]?) {
    let items = Self.items(&graph, ids: ids)
    self.users = users.map { Self.users(&graph, $0, areIDs: ids != nil) }
    let shape = graph.apply("Shape", [items], as: "items_shape")
    batch = graph.apply("Shape", [items], [.whole("start", 0), .whole("end", 1)], as: "batch_size")
    // One more column of padding, so that no operation has an input of length 0.
    let edge = graph.wholes([0, 0, 0, 1], as: "edge")
    let padding = graph.whole(-1, as: "padding")
    let padded = graph.apply("Pad", [items, edge, padding], as: "padded_items")
    let zero = graph.whole(0, as: "first_place")
    isItem = graph.apply("GreaterOrEqual", [padded, zero], as: "is_item")
    places = graph.apply("Max", [padded, zero], as: "places")
    let float = GraphBuilder.Attribute.whole("to", ElementType.float.rawValue)
    let present = graph.apply("Cast", [isItem], [float], as: "present")
    guard let rating else {
      weights = present
      return
    }
    let ratings = graph.input(
      GraphValue(
        name: "ratings", type: .float, shape: [.named("rated_batch"), .named("rated_length")],
        meaning: "The rating of each item, or one for all; \(rating) by default."))
    graph.defaultValue(of: ratings, shape: [1, 1], .floats([rating]))
    let given = graph.apply("Expand", [ratings, shape], as: "given_ratings")
    let nothing = graph.number(0, as: "no_rating")
    let even = graph.apply("Pad", [given, edge, nothing], as: "padded_ratings")
    weights = graph.apply("Where", [isItem, even, nothing], as: "row")
  }

  private static func items(_ graph: inout GraphBuilder, ids: [String]?) -> String {
    input(
      "items", [.named("batch"), .named("length")], ids, &graph, as: "item_places",
      numbers: "Items of each user: line numbers in items.txt from 0, each once; -1 is padding, in any place.",
      texts: "Items of each user: ids, each once; an empty string or an id that the model lacks is padding.")
  }

  private static func users(_ graph: inout GraphBuilder, _ ids: [String], areIDs: Bool) -> String {
    input(
      "users", [.named("user_batch")], areIDs ? ids : nil, &graph, as: "user_places",
      numbers:
        "Identity of each user: a line number in users.txt from 0; below 0 is a new user. One value is enough for all.",
      texts: "Identity of each user: an id; one that the model lacks is a new user. One value is enough for all.")
  }

  /// An input of numbers, or of ids that are converted to numbers.
  private static func input(
    _ name: String, _ shape: [Dimension], _ ids: [String]?, _ graph: inout GraphBuilder, as place: String,
    numbers: String, texts: String
  ) -> String {
    guard let ids else { return graph.input(GraphValue(name: name, type: .int64, shape: shape, meaning: numbers)) }
    let values = graph.input(GraphValue(name: name, type: .string, shape: shape, meaning: texts))
    return places(of: values, in: ids, &graph, as: place)
  }

  /// −1 for an unknown id.
  private static func places(
    of values: String, in ids: [String], _ graph: inout GraphBuilder, as name: String
  ) -> String {
    graph.apply(
      "LabelEncoder", [values],
      [.texts("keys_strings", ids), .wholes("values_int64s", Array(ids.indices)), .whole("default_int64", -1)],
      domain: GraphBuilder.mlDomain, as: name)
  }
}
