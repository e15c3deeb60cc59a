import Autoencoders
import Compute
import FileFormats
import Foundation
import InteractionData
import TestSupport
import Testing

/// The family of linear autoencoders against its equations.
@Suite("Linear autoencoders")
struct LinearTests {
  private let trainer = Trainer(processor: Processor(engine: .gsl, threads: 2), seed: Seed(1))

  private func model(
    l2: Double, dropout: Double = 0, relaxation: Double = 0, item: Double = 0, user: Double = 0
  ) -> Linear {
    var model = Linear()
    (model.l2, model.dropout, model.relaxation) = (l2, dropout, relaxation)
    (model.itemExponent, model.userExponent) = (item, user)
    return model
  }

  private func weights(_ model: Linear, _ rows: SparseRows) throws -> Matrix<Float> {
    try model.fit(TrainingData(rows: rows), by: trainer).model.weights
  }

  @Test("without denoising, relaxation and exponents it is EASE")
  func ease() throws {
    let rows = randomRows(90, 60, density: 0.15, seed: 180)
    var ease = EASE()
    ease.l2 = 3
    let expected = try ease.fit(TrainingData(rows: rows), by: trainer).model.weights
    for (x, y) in zip(try weights(model(l2: 3), rows).elements, expected.elements) { #expect(abs(x - y) < 1e-6) }
  }

  /// Every step by its formula, in double precision and without tiles.
  @Test(
    "the weights follow the papers' equations",
    arguments: [(90, 40, 0.2, 0.0, 0.0, 0.0), (90, 40, 0.0, 0.3, 0.0, 0.5), (40, 90, 0.33, 0.15, 0.2, 0.4)])
  func equations(users: Int, items: Int, p: Double, xi: Double, alpha: Double, beta: Double) throws {
    let rows = randomRows(users, items, density: 0.15, seed: 181)
    let lambda = 2.0
    let mean = Double(rows.nonZeroCount) / Double(users)
    let counts = rows.columnCounts().map { Double($0) }
    let ridge = counts.map { lambda * pow(mean, -beta) + p / (1 - p) * $0 }
    var matrix = Matrix<Double>(rows: items, columns: items)
    for user in 0..<users {
      let weight = pow(Double(rows.count(ofRow: user)), -beta)
      for i in rows.indices(ofRow: user) { for j in rows.indices(ofRow: user) { matrix[Int(i), Int(j)] += weight } }
    }
    var identity = Matrix<Double>(rows: items, columns: items)
    for i in 0..<items { (matrix[i, i], identity[i, i]) = (matrix[i, i] + ridge[i], 1) }
    let inverse = try LinearAlgebra.solve(positiveDefinite: matrix, identity)
    let found = try weights(model(l2: lambda, dropout: p, relaxation: xi, item: alpha, user: beta), rows)
    for i in 0..<items {
      for j in 0..<items {
        let isHeld = 1 - ridge[j] * inverse[j, j] > xi
        let factor = isHeld ? (1 - xi) / inverse[j, j] : ridge[j]
        let plain = (i == j ? 1 : 0) - inverse[i, j] * factor
        let expected = plain * pow(max(1, counts[i]), alpha) * pow(max(1, counts[j]), -alpha)
        #expect(abs(Double(found[i, j]) - expected) < 2e-5, "\(i), \(j)")
      }
      #expect(Double(found[i, i]) <= xi + 1e-6)
    }
  }

  @Test("what validation chooses is no worse than the defaults, is told, and gives the same weights again")
  func chosen() throws {
    let board = Checkerboard()
    let profiles = Profiles(items: board.rows)
    func value(_ fitted: EASE.Fitted) throws -> Double {
      let scores = try fitted.scores(for: profiles, using: .gsl)
      return board.withheld.indices.reduce(0) { $0 + Double(scores[$1, board.withheld[$1]]) }
    }
    let plain = try Linear().fit(TrainingData(rows: board.rows), by: trainer)
    #expect(plain.chosen.count == 5)
    let fit = try Linear().fit(TrainingData(rows: board.rows, validate: value), by: trainer)
    #expect(try value(fit.model) > value(plain.model))
    let again = try Linear().setting(fit.chosen)
    #expect(again.hyperparameters == fit.chosen && !fit.chosen.values.contains(.null))
    #expect(try again.fit(TrainingData(rows: board.rows), by: trainer).model.weights == fit.model.weights)

    var held = Linear()
    held.l2 = 77
    let partly = try held.fit(TrainingData(rows: board.rows, validate: value), by: trainer)
    #expect(partly.chosen["l2"] == 77)
  }
}
