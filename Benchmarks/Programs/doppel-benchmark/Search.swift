import Autoencoders
import Compute
import Evaluation
import Experiments
import FileFormats
import Foundation
import InteractionData
import Tuning

/// What `tpe_regret.py` holds samplers against: a function of settings to be made small, and where to look.
struct Objective {
  let space: SearchSpace
  let value: ([String: JSONValue]) throws -> Double

  /// The objective of a name; `linear` is the negative ndcg@100 of the model on the validation users of a file.
  init(_ name: String, data: String?) throws {
    switch name {
    case "branin":
      self.init([.init("x", -5, 10), .init("y", 0, 15)]) { x in
        let (x, y) = (x[0], x[1])
        let pi = Double.pi
        let bend: Double = y - 5.1 / (4 * pi * pi) * x * x + 5 / pi * x - 6
        return bend * bend + 10 * (1 - 1 / (8 * pi)) * cos(x) + 10
      }
    case "hartmann6":
      self.init((0..<6).map { .init("x\($0)", 0, 1) }, Self.hartmann)
    case "mixed":
      // Settings of a network as they are: a rate, a probability, a width, a choice; the optimum is 0.
      let space = SearchSpace([
        SearchedSetting(name: "rate", isWhole: false, range: .logarithmic(1e-4...1e-1)),
        SearchedSetting(name: "dropout", isWhole: false, range: .linear(0...0.8)),
        SearchedSetting(name: "width", isWhole: true, range: .logarithmic(16...512)),
        SearchedSetting(name: "kind", isWhole: false, range: .among(["a", "b", "c", "d"])),
      ])
      self.init(space: space) { settings in
        guard case .number(let rate)? = settings["rate"], case .number(let dropout)? = settings["dropout"],
          case .number(let width)? = settings["width"], let kind = settings["kind"]?.text
        else { throw Usage() }
        let (r, d, w) = (log10(rate / 2e-3), dropout - 0.5, log2(width / 200) / 2)
        let penalty: Double = ["a": 0.5, "b": 0, "c": 0.8, "d": 0.2][kind] ?? 1
        return r * r + 6 * d * d + w * w + 0.8 * r * w + penalty
      }
    case "linear":
      guard let data else { throw Usage() }
      var selection = DataSelection()
      selection.source = .file(data)
      let split = try RankingSplit.load(selection, seed: Seed(42), forTraining: false).split.withoutTest
      let experiment = Experiment(split, seed: Seed(42), processor: Processor(engine: try .fastest(), threads: nil))
      self.init(space: SearchSpace(Linear().searchedSettings)) { settings in
        let model = try Linear().setting(settings)
        return -(try experiment.validated(model, metrics: [experiment.selection]).scores.first?.value ?? 0)
      }
    default: throw Usage()
    }
  }

  private struct Coordinate {
    let name: String
    let range: ClosedRange<Double>
    init(_ name: String, _ low: Double, _ high: Double) { (self.name, range) = (name, low...high) }
  }

  private init(space: SearchSpace, value: @escaping ([String: JSONValue]) throws -> Double) {
    (self.space, self.value) = (space, value)
  }

  private init(_ coordinates: [Coordinate], _ function: @escaping ([Double]) -> Double) {
    let space = SearchSpace(
      coordinates.map { SearchedSetting(name: $0.name, isWhole: false, range: .linear($0.range)) })
    self.init(space: space) { settings in
      function(coordinates.map { if case .number(let value)? = settings[$0.name] { value } else { .nan } })
    }
  }

  private static func hartmann(_ x: [Double]) -> Double {
    let alpha = [1.0, 1.2, 3.0, 3.2]
    let a: [[Double]] = [
      [10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14],
    ]
    let p: [[Double]] = [
      [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886], [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
      [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650], [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ]
    var sum = 0.0
    for row in 0..<4 {
      var distance = 0.0
      for column in 0..<6 {
        let difference = x[column] - p[row][column]
        distance += a[row][column] * difference * difference
      }
      sum += alpha[row] * exp(-distance)
    }
    return -sum
  }
}

/// Searches an objective, or answers for one.
enum Search {
  /// Runs `search OBJECTIVE SEED TRIALS AT-ONCE [DATA]`: prints the value of every trial.
  ///
  /// After the first ten, a proposal does not know the results of the AT-ONCE − 1 trials before it, as in `tune`.
  static func search(_ arguments: ArraySlice<String>) throws {
    let arguments = Array(arguments)
    guard arguments.count >= 4, let seed = UInt64(arguments[1]), let trials = Int(arguments[2]),
      let atOnce = Int(arguments[3]), atOnce > 0
    else { throw Usage() }
    let objective = try Objective(arguments[0], data: arguments.count > 4 ? arguments[4] : nil)
    let sampler = ParzenSampler(objective.space)
    var history: [SearchPoint] = []
    var values: [Double] = []
    for trial in 0..<trials {
      let known = min(history.count, max(sampler.startUpTrials, trial - atOnce + 1))
      let point = sampler.proposal(
        trial: trial, after: Array(history[..<known]), pending: history[known...].map(\.place), seed: Seed(seed))
      let settings = objective.space.settings(at: point)
      let value = try objective.value(settings)
      values.append(value)
      if let place = objective.space.point(of: settings) { history.append(SearchPoint(place, value: -value)) }
    }
    print(values)
  }

  /// Runs `objective OBJECTIVE [DATA]`: prints the space, then the value for each line of settings on standard input.
  static func answer(_ arguments: ArraySlice<String>) throws {
    let arguments = Array(arguments)
    guard let name = arguments.first else { throw Usage() }
    let objective = try Objective(name, data: arguments.dropFirst().first)
    let space = objective.space.dimensions.map { dimension in
      JSONValue.object([
        "name": .string(dimension.name), "whole": .bool(dimension.setting.isWhole), "range": dimension.words,
      ])
    }
    func answer(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
    answer(JSONValue.array(space).line)
    while let line = readLine() {
      let settings = try JSONValue(parsing: Array(line.utf8)).members ?? [:]
      answer("\(try objective.value(settings))")
    }
  }
}
