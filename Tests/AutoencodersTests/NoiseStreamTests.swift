import Compute
import InteractionData
import Testing

@testable import Autoencoders

/// What training draws comes from the stream of its purpose, so that no two decisions share their numbers.
@Suite("Streams of an update")
struct NoiseStreamTests {
  private static let items = Array(stride(from: 0, to: 60, by: 3))
  private let data = SparseRows(columnCount: 60, rows: [items])
  private let noise = NoiseSource.drawn(seed: Seed(9), update: 3)

  private func loaded<Latent>(_ design: Design<Latent>) -> UserBlock<Latent, Double> {
    var block = UserBlock<Latent, Double>(design, rows: 1, forTraining: true)
    block.batchRows = 0..<1
    block.load([0], of: data, target: nil, corrupts: true, noise: noise, block: 1)
    return block
  }

  @Test("what corruption drops is drawn from its stream, and the negatives from theirs")
  func corruptionAndNegatives() {
    var model = CDAE()
    (model.dropout, model.negatives) = (0.5, 1)
    let block = loaded(model.design)
    var corruption = Seed(9).stream(.corruption, 3, 1)
    let kept = Self.items.filter { _ in corruption.uniform() >= 0.5 }
    #expect(block.input.indices == kept.map(Int32.init))

    var negatives = Seed(9).stream(.negatives, 3, 1)
    var drawn = Set<Int>()
    for _ in Self.items {
      var item = negatives.integer(below: 60)
      while Self.items.contains(item) { item = negatives.integer(below: 60) }
      drawn.insert(item)
    }
    #expect(block.target.indices == drawn.union(Self.items).sorted().map(Int32.init))
  }

  @Test("latent noise is drawn from its stream")
  func latent() {
    var model = MultVAE()
    (model.hidden, model.latent) = ([], 7)
    let block = loaded(model.design)
    var random = Seed(9).stream(.latentNoise, 3, 1)
    var expected = Matrix<Double>(rows: 1, columns: 7)
    random.fillGaussian(&expected)
    #expect(block.latent.noise == expected)
  }
}
