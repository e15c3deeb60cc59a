public import Autoencoders
public import Compute
import FileFormats
import InteractionData

extension ModelDirectory {
  /// Refuses a model that does not encode users.
  ///
  /// - Parameter path: where the model is, for the error.
  /// - Throws: `DataError`.
  public func checkEncodes(path: String = "model") throws {
    if let limitation = model.limitation {
      throw DataError(
        path: path, message: "is \(configuration.name), which \(limitation)", accepted: "an autoencoder of users")
    }
    if case .none = model.latent {
      throw DataError(
        path: path, message: "is \(configuration.name), which has no latent space", accepted: "an autoencoder")
    }
  }

  /// The names of the columns that ``encode(_:processor:visit:)`` gives: `mean_1 … logvar_1 …`, or `code_1 …` for a point.
  public var codeColumns: [String] {
    func names(_ stem: String, _ count: Int) -> [String] { (1...count).map { "\(stem)_\($0)" } }
    return switch model.latent {
    case .none: []
    case .points(let model): names("code", model.design.latent)
    case .gaussians(let model):
      names("mean", model.design.latent) + names("logvar", model.design.latent)
    }
  }

  /// The latent code of every user, in order: the point, or the means and log-variances of the posterior.
  ///
  /// - Throws: `DataError` for a model without codes, or the errors of `visit`.
  public func encode(
    _ audience: Audience, processor: Processor, visit: (_ user: String, _ code: [Float]) throws -> Void
  ) throws {
    try checkEncodes()
    try audience.forEachBlock(of: 256, processor) { [model, configuration] profiles, _ in
      switch model.latent {
      case .none: throw NoLatentSpace(model: configuration.name)
      case .points(let model):
        let points = model.encode(profiles, using: processor.engine).points
        return (0..<points.rows).map { Array(points[row: $0]) }
      case .gaussians(let model):
        let codes = model.encode(profiles, using: processor.engine)
        return (0..<codes.mean.rows).map { Array(codes.mean[row: $0]) + Array(codes.logVariance[row: $0]) }
      }
    } visit: { users, codes in
      for (user, code) in zip(audience.userIDs[users], codes) { try visit(user, finite(code, of: user)) }
    }
  }
}
