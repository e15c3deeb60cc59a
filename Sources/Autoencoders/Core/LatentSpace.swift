public import Compute

/// What an encoder yields: a point, or a distribution.
///
/// This is the difference between an autoencoder and a variational one, and it is a type: `Autoencoder<PointLatent>` has no
/// prior, no divergence and nothing to draw from, so code that needs one does not compile for it.
public protocol LatentSpace: Sendable {
  /// What `encode` returns.
  associatedtype Codes: Sendable
  /// The term that shapes the space during training.
  associatedtype Prior: LatentPrior

  /// A point or a distribution, as a value.
  static var kind: LatentKind { get }
  /// The latent space of a model, by kind.
  static func view(of model: Autoencoder<Self>) -> LatentView

  /// How many outputs of the encoder describe one latent dimension.
  static var outputsPerDimension: Int { get }
  /// Turns the encoder's outputs (B × L·outputsPerDimension) into codes.
  static func codes(of outputs: Matrix<Float>) -> Codes
  /// The one point of each code that the decoder reads at evaluation. Shape: B × L.
  static func center(of codes: Codes) -> Matrix<Float>

  /// Training and evaluation, in place: see ``LatentTrace``.
  static func forward<S: Scalar>(_ trace: inout LatentTrace<S>, outputs: Matrix<S>, noisy: Bool)
  /// Turns ∂loss/∂z into ∂loss/∂outputs.
  static func backward<S: Scalar>(
    _ trace: LatentTrace<S>, outputs: Matrix<S>, gradient: Matrix<S>, priorWeight: Double,
    into delta: inout Matrix<S>)
  /// Adds a block that has gone forward to what the epoch will say about the posteriors.
  static func add<S: Scalar>(_ trace: LatentTrace<S>, outputs: Matrix<S>, to moments: inout GaussianMoments)
}

/// The term of the loss that holds codes near a prior.
public protocol LatentPrior: Codable, Sendable, Equatable {
  /// Its weight for the update that follows `done` others, of `planned` in all.
  func weight(afterUpdates done: Int, of planned: Int) -> Double
  /// Whether the weight has stopped rising.
  func isSettled(afterUpdates done: Int, of planned: Int) -> Bool
}

/// No prior: the codes of an autoencoder may lie anywhere.
public struct NoPrior: LatentPrior {
  /// Creates the absence of a prior.
  public init() {}
  /// Always 0.
  public func weight(afterUpdates done: Int, of planned: Int) -> Double { 0 }
  /// Always true.
  public func isSettled(afterUpdates done: Int, of planned: Int) -> Bool { true }
}

/// The standard normal prior, its divergence weighted by a schedule.
public struct StandardNormalPrior: LatentPrior {
  /// The weight of the divergence over time.
  public var schedule: KLSchedule

  /// Creates a prior.
  public init(schedule: KLSchedule = KLSchedule()) { self.schedule = schedule }

  /// β, as the schedule has it.
  public func weight(afterUpdates done: Int, of planned: Int) -> Double {
    schedule.beta(afterUpdates: done, of: planned)
  }
  /// Whether β has stopped rising.
  public func isSettled(afterUpdates done: Int, of planned: Int) -> Bool {
    schedule.isSettled(afterUpdates: done, of: planned)
  }
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
  /// How many log-variances were held to their range.
  public var held = 0

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
  public typealias Prior = NoPrior

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

  /// Hands the points on; nothing is drawn.
  public static func forward<S: Scalar>(
    _ trace: inout LatentTrace<S>, outputs: Matrix<S>, noisy: Bool
  ) {
    trace.z.copyRows(0..<outputs.rows, of: outputs)
    trace.divergences = [Double](repeating: 0, count: outputs.rows)
  }

  /// Hands the gradient on.
  public static func backward<S: Scalar>(
    _ trace: LatentTrace<S>, outputs: Matrix<S>, gradient: Matrix<S>, priorWeight: Double,
    into delta: inout Matrix<S>
  ) {
    delta.copyRows(0..<gradient.rows, of: gradient)
  }

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
  }
  /// The standard normal distribution.
  public typealias Prior = StandardNormalPrior

  /// A distribution.
  public static var kind: LatentKind { .distribution }
  /// The distributions of a model.
  public static func view(of model: Autoencoder<GaussianLatent>) -> LatentView { .gaussians(model) }

  /// Two outputs, the mean and the log-variance.
  public static var outputsPerDimension: Int { 2 }
  /// The mean.
  public static func center(of codes: Codes) -> Matrix<Float> { codes.mean }

  /// Cuts the outputs into means and log-variances.
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

  /// Draws z from each posterior, or takes its mean when not noisy.
  public static func forward<S: Scalar>(
    _ trace: inout LatentTrace<S>, outputs: Matrix<S>, noisy: Bool
  ) {
    let drawn = outputs.drawGaussian(
      noise: noisy ? trace.noise : nil, deviation: &trace.deviation, latent: &trace.z)
    trace.divergences = drawn.divergences
    trace.held = drawn.held
  }

  /// Goes back through the draw and the divergence.
  public static func backward<S: Scalar>(
    _ trace: LatentTrace<S>, outputs: Matrix<S>, gradient: Matrix<S>, priorWeight: Double,
    into delta: inout Matrix<S>
  ) {
    delta.backpropagateGaussian(
      gradient: gradient, head: outputs, noise: trace.noise, deviation: trace.deviation,
      beta: priorWeight)
  }

  /// Adds the means and the deviations of the block.
  public static func add<S: Scalar>(
    _ trace: LatentTrace<S>, outputs: Matrix<S>, to moments: inout GaussianMoments
  ) {
    moments.add(head: outputs, deviation: trace.deviation)
  }
}
