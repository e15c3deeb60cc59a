public import Compute

/// What an encoder yields: a point, or a distribution.
///
/// This is the difference between an autoencoder and a variational one, and it is a type: `Autoencoder<PointLatent>` has no
/// prior, no divergence and nothing to draw from, so code that needs one does not compile for it.
public protocol LatentSpace: Sendable {
  /// What `encode` returns.
  associatedtype Codes: Sendable
  /// What holds the codes in place during training.
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

  /// Adds a block that has gone forward to what the epoch will say about the posteriors.
  static func add<S: Scalar>(_ trace: LatentTrace<S>, outputs: Matrix<S>, to moments: inout GaussianMoments)
}

/// What one block of users leaves behind in the latent layer on its way forward.
public struct LatentTrace<S: Scalar>: Sendable {
  /// What the decoder reads; shape: b × L.
  public var z: Matrix<S>
  /// The draws from N(0, I) of this update; unused by a point.
  public var noise: Matrix<S>
  /// The standard deviations; unused by a point.
  public var deviation: Matrix<S>
  /// Each user's divergence from the prior; zero for a point.
  public var divergences: [Double] = []
  /// p(component | z) under a prior that is a mixture; shape: b × K.
  public var responsibilities = Matrix<S>(rows: 0, columns: 0)
  /// −∂ log p/∂z at the draw, where a prior finds it on the way forward; shape: b × L.
  public var slopes = Matrix<S>(rows: 0, columns: 0)
  /// How many log-variances were held to their range.
  public var held = 0
  /// What the encoder that a phase has kept makes of the users' clean rows; shape: b × L·outputsPerDimension, 0 × 0 without one.
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
    /// Where each user lies; shape: B × L.
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

  /// Adds nothing: a point has no moments.
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
    /// The log-variances log σ², held to the range used in training; shape: B × L.
    public let logVariance: Matrix<Float>

    /// Puts posteriors together.
    ///
    /// - Precondition: both have one shape.
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
