import Autoencoders
import Compute
import FileFormats
import Foundation
import InteractionData
import TestSupport
import Testing

/// The spectral autoencoder against a twin of the authors' code in NumPy.
@Suite("Spectral")
struct SpectralTests {
  private let trainer = Trainer(processor: Processor(engine: .gsl, threads: 2), seed: Seed(1))

  private func model(
    order: Int = 8, flatness: Double, rank: Int, weight: Double, degrees: Double, authors: Bool = false
  ) -> Spectral {
    var model = Spectral()
    (model.order, model.flatness, model.rank) = (order, flatness, rank)
    (model.idealWeight, model.degreeExponent, model.authorsNodes) = (weight, degrees, authors)
    return model
  }

  private func fit(_ model: Spectral, _ rows: SparseRows) throws -> Spectral.Fitted {
    try model.fit(TrainingData(rows: rows), by: trainer).model
  }

  private func scores(_ fitted: Spectral.Fitted, _ rows: SparseRows) throws -> [Double] {
    try fitted.scores(for: Profiles(items: rows), using: .gsl).elements.map { Double($0) }
  }

  @Test("coefficients and scores are the twin's, and with the authors' nodes those of their code")
  func twin() throws {
    let reference = try LinearReference.read().spectral
    let rows = SparseRows(columnCount: reference.items, rows: reference.rows)
    for known in reference.cases {
      for authors in [false, true] {
        let fitted = try fit(
          model(
            order: reference.order, flatness: known.flatness, rank: reference.rank, weight: known.idealWeight,
            degrees: known.degreeExponent, authors: authors), rows)
        // The authors' rounding can fall the other way in single precision; here it is in double on both sides.
        expectClose(
          fitted.coefficients, authors ? known.authorsCoefficients : known.coefficients, within: 1e-12, "coefficients")
        // Single precision, eight steps of a recursion whose terms are at most as large as their start.
        expectClose(
          try scores(fitted, rows), authors ? known.authorsScores : known.scores, within: 1e-5, "\(known.flatness)")
      }
    }
  }

  @Test("with φ = 1 and nothing beside it, every order is the linear filter of GF-CF", arguments: [1, 2, 8])
  func linear(order: Int) throws {
    let reference = try LinearReference.read().spectral
    let rows = SparseRows(columnCount: reference.items, rows: reference.rows)
    let fitted = try fit(model(order: order, flatness: 1, rank: 0, weight: 0, degrees: 0), rows)
    expectClose(try scores(fitted, rows), reference.linear, within: 1e-5, "linear")
  }

  @Test("the polynomial passes the smoothest signal whole and stops the roughest; the authors' nodes do neither")
  func ends() throws {
    let rows = randomRows(30, 20, density: 0.3, seed: 190)
    func value(at t: Double, authors: Bool) throws -> Double {
      let coefficients = try fit(model(flatness: 16, rank: 0, weight: 0, degrees: 0, authors: authors), rows)
        .coefficients
      return coefficients.enumerated().reduce(0) { $0 + $1.element * cos(Double($1.offset) * acos(t)) }
    }
    // The interpolation is within a few hundredths of a target that it meets only in between.
    let (smooth, rough) = (try value(at: -1, authors: false), try value(at: 1, authors: false))
    let authors = try value(at: -1, authors: true)
    #expect(abs(smooth + rough - 1) < 1e-12 && smooth > 0.9, "\(smooth), \(rough), \(authors)")
    for t in [-0.5, 0, 0.3] { #expect(try abs(value(at: t, authors: false) - 0.5) < 0.05) }
  }

  @Test("what a file holds gives the same scores, bit by bit")
  func file() throws {
    let rows = randomRows(60, 40, density: 0.15, seed: 191)
    let model = model(flatness: 8, rank: 12, weight: 0.3, degrees: 0.2)
    let fitted = try fit(model, rows)
    #expect(fitted.vectors.rows == 12)
    // Whatever the settings: a fit may have chosen others.
    let loaded = try Spectral().load(fitted.tensors, items: 40, users: 0)
    #expect(try scores(loaded, rows) == scores(fitted, rows))
  }

  @Test(
    "a file whose rows cannot be is refused by name",
    arguments: [
      ("graph.counts", 0, 2.5 as Float, "graph.counts has numbers that are not whole"),
      ("graph.counts", 0, 9, "graph.columns has 93 entries"),
      ("graph.counts", 0, -1, "graph.counts has numbers that are no"),
      ("graph.columns", 0, 40, "graph.columns has a row"), ("graph.columns", 1, 0, "graph.columns has a row"),
      ("graph.columns", 0, -1, "graph.columns has a row"),
    ])
  func damaged(name: String, place: Int, value: Float, words: String) throws {
    let rows = SparseRows(columnCount: 40, rows: [[3, 5, 7]] + (0..<30).map { [$0, $0 + 1, 39] })
    let model = model(flatness: 8, rank: 3, weight: 0.3, degrees: 0.2)
    var tensors = try fit(model, rows).tensors
    let whole = try #require(tensors[name])
    var values = whole.values
    values[place] = value
    tensors[name] = Tensor(shape: whole.shape, values: values)
    let error = #expect(throws: TensorMismatch.self) { try model.load(tensors, items: 40, users: 0) }
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    tensors[name] = nil
    #expect(throws: TensorMismatch.self) { try model.load(tensors, items: 40, users: 0) }
  }

  @Test("what validation chooses is no worse than the defaults, is told, and gives the same vectors again")
  func chosen() throws {
    let rows = randomRows(90, 60, density: 0.12, seed: 192)
    let hidden = randomRows(90, 60, density: 0.05, seed: 193)
    func value(_ fitted: Spectral.Fitted) throws -> Double {
      let scores = try fitted.scores(for: Profiles(items: rows), using: .gsl)
      return (0..<90).reduce(0) { sum, user in
        sum + hidden.indices(ofRow: user).reduce(0) { $0 + Double(scores[user, Int($1)]) }
      }
    }
    let plain = try Spectral().fit(TrainingData(rows: rows), by: trainer)
    let fit = try Spectral().fit(TrainingData(rows: rows, validate: value), by: trainer)
    #expect(try value(fit.model) > value(plain.model))
    #expect(Set(fit.chosen.keys) == ["flatness", "rank", "idealWeight", "degreeExponent"])
    let again = try Spectral().setting(fit.chosen).fit(TrainingData(rows: rows), by: trainer)
    #expect(again.model.tensors == fit.model.tensors)

    var held = Spectral()
    held.flatness = 5
    let partly = try held.fit(TrainingData(rows: rows, validate: value), by: trainer)
    #expect(partly.chosen["flatness"] == 5)
  }
}
