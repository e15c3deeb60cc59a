import Autoencoders
package import Compute
import InteractionData

extension LatentInspector {
  /// Users in a block: as `doppel encode` cuts them, so that the codes have the same bits.
  private static let blockSize = 256

  private var blocks: [Range<Int>] {
    (0..<userIDs.count).blocks(of: Self.blockSize)
  }

  /// The points of all users; shape: U × L.
  func encode(_ model: Autoencoder<PointLatent>) throws -> PointLatent.Codes {
    let parts = try encodedBlocks(model).map(\.points)
    return PointLatent.codes(of: Self.stacked(parts, columns: model.design.latent))
  }

  /// The posteriors of all users; shape: U × L.
  func encode(_ model: Autoencoder<GaussianLatent>) throws -> GaussianLatent.Codes {
    let (parts, width) = (try encodedBlocks(model), model.design.latent)
    return GaussianLatent.Codes(
      mean: Self.stacked(parts.map(\.mean), columns: width),
      logVariance: Self.stacked(parts.map(\.logVariance), columns: width))
  }

  private func encodedBlocks<Latent>(_ model: Autoencoder<Latent>) throws -> [Latent.Codes] {
    let blocks = blocks
    return try processor.map(count: blocks.count) { index in
      model.encode(profiles.selecting(blocks[index]), using: processor.engine)
    }
  }

  /// One draw from each posterior; shape: U × L.
  func draw(_ codes: GaussianLatent.Codes) throws -> Matrix<Float> {
    let (mean, blocks) = (codes.mean, blocks)
    let parts = try processor.map(count: blocks.count) { index in
      var random = stream(.posterior, index)
      var noise = Matrix<Float>(rows: blocks[index].count, columns: mean.columns)
      random.fillGaussian(&noise)
      return mean.selecting(rows: blocks[index]).addingScaledNoise(
        noise, logVariance: codes.logVariance.selecting(rows: blocks[index]))
    }
    return Self.stacked(parts, columns: mean.columns)
  }

  private static func stacked(_ parts: [Matrix<Float>], columns: Int) -> Matrix<Float> {
    Matrix(rows: parts.reduce(0) { $0 + $1.rows }, columns: columns, elements: parts.flatMap(\.elements))
  }
}

extension GaussianLatent.Codes {
  /// The posteriors of the chosen users, in the order given.
  func selecting(_ chosen: some Collection<Int>) -> GaussianLatent.Codes {
    GaussianLatent.Codes(mean: mean.selecting(rows: chosen), logVariance: logVariance.selecting(rows: chosen))
  }
}

extension Matrix<Float> {
  /// The chosen rows, in the order given.
  package func selecting(rows chosen: some Collection<Int>) -> Matrix<Float> {
    var elements: [Float] = []
    elements.reserveCapacity(chosen.count * columns)
    for row in chosen { elements += self[row: row] }
    return Matrix(rows: chosen.count, columns: columns, elements: elements)
  }

  /// One column as numbers of double precision.
  package func column(_ index: Int) -> [Double] { (0..<rows).map { Double(self[$0, index]) } }
}
