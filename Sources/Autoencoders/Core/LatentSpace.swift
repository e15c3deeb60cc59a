public import Compute

/// The output of an encoder: a point or a distribution.
///
/// This difference between an autoencoder and a variational autoencoder is a type: `Autoencoder<PointLatent>` has no
/// prior, no divergence and no distribution to draw from, so code that needs one does not compile for it.
public protocol LatentSpace: Sendable {
  /// The result of `encode`.
  associatedtype Codes: Sendable
  /// The regularisation of the codes during training.
  associatedtype Regulariser: LatentRegulariser

  /// A point or a distribution, as a value.
  static var kind: LatentKind { get }
  /// The latent space of a model, by kind.
  static func view(of model: Autoencoder<Self>) -> LatentView

  /// The number of encoder outputs per latent dimension.
  static var outputsPerDimension: Int { get }
  /// Turns the encoder's outputs (B × L·outputsPerDimension) into codes.
  static func codes(of outputs: Matrix<Float>) -> Codes
  /// The one point of each code that the decoder reads at evaluation. Shape: B × L.
  static func center(of codes: Codes) -> Matrix<Float>

  /// Adds a block, after its forward pass, to the epoch's statistics of the posteriors.
  static func add<S: Scalar>(_ trace: LatentTrace<S>, outputs: Matrix<S>, to moments: inout GaussianMoments)
}

/// The values of one block of users in the latent layer after the forward pass.
public struct LatentTrace<S: Scalar>: Sendable {
  /// The input of the decoder; shape: b × L.
  public var z: Matrix<S>
  /// The draws from N(0, I) of this update; unused by a point.
  public var noise: Matrix<S>
  /// The standard deviations; unused by a point.
  public var deviation: Matrix<S>
  /// Each user's divergence from the prior; zero for a point.
  public var divergences: [Double] = []
  /// p(component | z) under a prior that is a mixture; shape: b × K.
  public var responsibilities = Matrix<S>(rows: 0, columns: 0)
  /// −∂ log p/∂z at the draw, if a prior computes it in the forward pass; shape: b × L.
  public var slopes = Matrix<S>(rows: 0, columns: 0)
  /// The number of log-variances that were clipped to their range.
  public var held = 0
  /// The output of the encoder that a phase has kept, for the users' clean rows; shape: b × L·outputsPerDimension, 0 ×
  /// 0 without one.
  public internal(set) var reference = Matrix<S>(rows: 0, columns: 0)

  init(rows: Int, latent: Int) {
    z = Matrix(rows: rows, columns: latent)
    noise = Matrix(rows: rows, columns: latent)
    deviation = Matrix(rows: rows, columns: latent)
  }
}

/// The latent space of an autoencoder: one point per user.
public enum PointLatent: LatentSpace {
  /// The codes of some users; shape: B × L.
  public struct Codes: Sendable {
    /// The point of each user; shape: B × L.
    public let points: Matrix<Float>
  }
  /// A point has no prior.
  public typealias Regulariser = Unregularised

  /// A point.
  public static var kind: LatentKind { .point }
  /// The points of a model.
  public static func view(of model: Autoencoder<PointLatent>) -> LatentView { .points(model) }

  /// One output, the coordinate.
  public static var outputsPerDimension: Int { 1 }
  /// The outputs are the points.
  public static func codes(of outputs: Matrix<Float>) -> Codes { Codes(points: outputs) }
  /// The point itself.
  public static func center(of codes: Codes) -> Matrix<Float> { codes.points }

  /// Adds nothing, because a point has no moments.
  public static func add<S: Scalar>(
    _ trace: LatentTrace<S>, outputs: Matrix<S>, to moments: inout GaussianMoments
  ) {}
}

/// The latent space of a variational autoencoder: one diagonal Gaussian per user.
public enum GaussianLatent: LatentSpace {
  /// The posteriors of some users.
  public struct Codes: Sendable {
    /// The means μ; shape: B × L.
    public let mean: Matrix<Float>
    /// The log-variances log σ², clipped to the range used in training; shape: B × L.
    public let logVariance: Matrix<Float>

    /// Creates posteriors.
    ///
    /// - Precondition: both have the same shape.
    public init(mean: Matrix<Float>, logVariance: Matrix<Float>) {
      precondition(mean.rows == logVariance.rows && mean.columns == logVariance.columns, "\(mean) and \(logVariance)")
      (self.mean, self.logVariance) = (mean, logVariance)
    }
  }
  /// A divergence from a prior.
  public typealias Regulariser = PriorDivergence

  /// A distribution.
  public static var kind: LatentKind { .distribution }
  /// The distributions of a model.
  public static func view(of model: Autoencoder<GaussianLatent>) -> LatentView { .gaussians(model) }

  /// Two outputs, the mean and the log-variance.
  public static var outputsPerDimension: Int { 2 }
  /// The mean.
  public static func center(of codes: Codes) -> Matrix<Float> { codes.mean }

  /// Divides the outputs into means and log-variances.
  public static func codes(of outputs: Matrix<Float>) -> Codes {
    let latent = outputs.columns / 2
    let range = Matrix<Float>.logVarianceRange
    let (low, high) = (Float(range.lowerBound), Float(range.upperBound))
    var mean: [Float] = []
    var logVariance: [Float] = []
    for row in 0..<outputs.rows {
      let values = outputs[row: row]
      mean += values.prefix(latent)
      logVariance += values.suffix(latent).map { min(max($0, low), high) }
    }
    return Codes(
      mean: Matrix(rows: outputs.rows, columns: latent, elements: mean),
      logVariance: Matrix(rows: outputs.rows, columns: latent, elements: logVariance))
  }

  /// Adds the means and the deviations of the block.
  public static func add<S: Scalar>(
    _ trace: LatentTrace<S>, outputs: Matrix<S>, to moments: inout GaussianMoments
  ) {
    moments.add(head: outputs, deviation: trace.deviation)
  }
}
