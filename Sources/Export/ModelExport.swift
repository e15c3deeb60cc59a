public import Autoencoders
import Compute
import Experiments
import FileFormats
import Foundation
import InteractionData

/// A saved model as a graph for other runtimes: ONNX, opset 18.
///
/// The operations are those of `FittedModel/inference`, so that the export computes what the model computes.
public struct ModelExport: Sendable {
  /// The kind of graph.
  public enum Graph: String, CaseIterable, Codable, Sendable {
    /// From the items of users to the best items that they do not have.
    case recommend
    /// From the items of users to their latent codes.
    case encode
    /// From latent codes to logits.
    case decode
  }

  /// The version of the operations.
  public static let operatorSet = 18
  /// The version of the format.
  public static let irVersion = 8
  /// The version of the operations on strings.
  static let mlOperatorSet = 3

  let directory: ModelDirectory
  let path: String
  let graph: Graph
  let builder: GraphBuilder

  /// Describes a model as a graph.
  ///
  /// - Parameters:
  ///   - path: the path of the model.
  ///   - usesIDs: whether items are ids in inputs and outputs, in place of line numbers in `items.txt`; without effect
  ///     on ``Graph/decode``.
  ///   - takesUsers: whether the graph has an input that identifies the users, for models with a vector for each
  ///     training user, and looks up their vectors; without effect on ``Graph/decode``.
  ///   - listLength: the default number of items to recommend, which a caller of the graph can change.
  /// - Throws: `DataError` for a model without such a graph.
  public init(
    of directory: ModelDirectory, at path: String, as graph: Graph, usesIDs: Bool = false,
    takesUsers: Bool = false, listLength: Int = 10
  ) throws {
    if graph == .recommend { try directory.checkScores(path: path) } else { try directory.checkEncodes(path: path) }
    guard let inference = directory.model.inference else {
      throw DataError(
        path: path, message: "is \(directory.configuration.name), which is neither a network nor a matrix",
        accepted: "a model with an inference graph")
    }
    if takesUsers, !inference.hasUserVectors {
      throw DataError(
        path: path, message: "is \(directory.configuration.name), which has no user vectors",
        accepted: "cdae, or a blend with it; every other model treats all users as new")
    }
    (self.directory, self.path, self.graph) = (directory, path, graph)
    var builder = GraphBuilder()
    let (tensors, items) = (directory.model.inferenceTensors, directory.items.count)
    switch graph {
    case .recommend, .encode:
      let row = RowInput(
        &builder, ids: usesIDs ? directory.items.ids : nil, rating: directory.assumedRating,
        users: takesUsers ? directory.users?.ids : nil)
      var writer = InferenceWriter(inference, tensors, items: items, row: row)
      if graph == .recommend {
        Self.recommend(&builder, &writer, inference, directory, ids: usesIDs, listLength: listLength)
      } else {
        Self.encode(&builder, &writer, inference)
      }
    case .decode:
      Self.decode(&builder, inference, tensors, directory)
    }
    self.builder = builder
  }

  private static func recommend(
    _ builder: inout GraphBuilder, _ writer: inout InferenceWriter, _ inference: InferenceGraph,
    _ directory: ModelDirectory, ids: Bool, listLength: Int
  ) {
    let logits = writer.value(inference.steps.count, &builder)
    let length = builder.input(
      GraphValue(
        name: "k", type: .int64, shape: [.fixed(1)],
        meaning: "Number of items to recommend, at most all; \(listLength) by default."))
    builder.defaultValue(of: length, shape: [1], .wholes([listLength]))
    let all = builder.wholes([directory.items.count], as: "item_count")
    let most = builder.apply("Min", [length, all], as: "list_length")
    let (scores, places) = builder.largest(of: writer.masked(logits, &builder), count: most)
    let shape = [Dimension.named("batch"), .named("list")]
    let isOver = builder.apply(
      "IsInf", [scores], [.whole("detect_positive", 0)], as: "is_over")
    let none = builder.whole(-1, as: "none")
    let listed = builder.apply("Where", [isOver, none, places], as: "listed_places")
    let meaning = "best first, padded with"
    if ids {
      let names = builder.apply(
        "LabelEncoder", [listed],
        [
          .wholes("keys_int64s", Array(directory.items.ids.indices)), .texts("values_strings", directory.items.ids),
          .text("default_string", ""),
        ], domain: GraphBuilder.mlDomain, as: "listed_ids")
      builder.output(
        GraphValue(
          name: "recommendations", type: .string, shape: shape, meaning: "Ids of items, \(meaning) empty strings."),
        from: names)
    } else {
      builder.output(
        GraphValue(
          name: "recommendations", type: .int64, shape: shape,
          meaning: "Line numbers in items.txt from 0, \(meaning) -1."),
        from: listed)
    }
    builder.output(
      GraphValue(
        name: "scores", type: .float, shape: shape,
        meaning: "Their scores, of which only the order is meaningful; -inf where there is no item."),
      from: scores)
  }

  private static func encode(
    _ builder: inout GraphBuilder, _ writer: inout InferenceWriter, _ inference: InferenceGraph
  ) {
    let code = writer.value(inference.code, &builder)
    let shape = [Dimension.named("batch"), .fixed(inference.steps[inference.code - 1].width)]
    guard let place = inference.logVariance else {
      return builder.output(
        GraphValue(name: "code", type: .float, shape: shape, meaning: "Each user's point."), from: code)
    }
    builder.output(
      GraphValue(name: "mean", type: .float, shape: shape, meaning: "The mean of each user's posterior."), from: code)
    builder.output(
      GraphValue(
        name: "log_variance", type: .float, shape: shape, meaning: "The log-variance of each user's posterior."),
      from: writer.value(place, &builder))
  }

  private static func decode(
    _ builder: inout GraphBuilder, _ inference: InferenceGraph, _ tensors: [String: Tensor],
    _ directory: ModelDirectory
  ) {
    let width = inference.steps[inference.code - 1].width
    let latent = builder.input(
      GraphValue(
        name: "latent", type: .float, shape: [.named("batch"), .fixed(width)], meaning: "Points in the latent space."))
    var writer = InferenceWriter(inference, tensors, items: directory.items.count, row: nil)
    writer.set(inference.code, to: latent)
    let logits = writer.value(inference.steps.count, &builder)
    let meaning =
      switch inference.likelihood {
      case .multinomial: "Logits of all items: their softmax is the probability of each to be drawn next."
      case .bernoulli: "Logits of all items: the sigmoid of each is the probability of the item."
      case .gaussian, nil: "The expected value of each item."
      }
    builder.output(
      GraphValue(
        name: "logits", type: .float, shape: [.named("batch"), .fixed(directory.items.count)], meaning: meaning),
      from: logits)
    if case .gaussians(let model) = directory.model.latent { prior(&builder, model.prior) }
  }

  /// The prior as a mixture of Gaussians with diagonal covariance, so that other programs can draw from it.
  private static func prior(_ builder: inout GraphBuilder, _ prior: FittedPrior) {
    let (components, width) = (prior.components, prior.dimensions)
    func output(_ name: String, _ shape: [Int], _ values: [Double], _ meaning: String) {
      let tensor = builder.tensor("\(name)_values", Tensor(shape: shape, values: values.map { Float($0) }))
      builder.output(
        GraphValue(name: name, type: .float, shape: shape.map { .fixed($0) }, meaning: meaning), from: tensor)
    }
    let count = components.count
    output("prior_weights", [count], components.map(\.weight), "The weight of each Gaussian of the prior.")
    output("prior_means", [count, width], components.flatMap(\.mean), "The mean of each Gaussian of the prior.")
    output(
      "prior_log_variances", [count, width], components.flatMap { $0.variance.map { log($0) } },
      "The log-variance of each Gaussian of the prior.")
  }

  /// The origin of the model, for `metadata_props`; names begin with `doppel.`, except for the licence.
  var metadata: [(key: String, value: String)] {
    let (facts, training) = (directory.record.facts, directory.record.training)
    let settings = JSONValue.object(directory.configuration.hyperparameters)
    var hash = Fingerprint()
    for id in directory.items.ids { hash.add(id) }
    var entries: [(String, String?)] = [
      (
        "license",
        directory.record.others["license"]?.text
          ?? "Chosen by the author of the model; Doppel's own license, GPL-3.0-or-later, does not extend to models."
      ),
      ("doppel.model", directory.configuration.name), ("doppel.graph", graph.rawValue),
      ("doppel.version", DoppelVersion.current), ("doppel.trained_with", facts?.version),
      ("doppel.hyperparameters", settings.line), ("doppel.items", "\(directory.items.count)"),
      ("doppel.items_hash", hash.hexadecimal), ("doppel.data", facts?.dataset?.name),
      ("doppel.data_hash", facts?.dataHash), ("doppel.split_hash", facts?.splitHash),
      ("doppel.seed", facts?.seed.map { "\($0)" }),
      ("doppel.likelihood", directory.model.inference?.likelihood?.rawValue),
    ]
    if let selection = training?.selection, let value = training?.validation {
      entries.append(("doppel.validation.\(selection)", "\(value)"))
    }
    return entries.compactMap { entry in entry.1.map { (entry.0, $0) } }
  }
}

extension ModelDirectory {
  /// The default rating of an item; `nil` for models that read no ratings.
  fileprivate var assumedRating: Float? {
    configuration.task == .rating ? Float(record.facts?.data?.meanRating ?? 1) : nil
  }
}

extension InferenceGraph {
  /// Whether each training user has a vector.
  fileprivate var hasUserVectors: Bool {
    steps.contains { if case .userVector = $0.operation { true } else { false } }
  }
}
