public import Autoencoders

/// A latent space that can be inspected, with an associated type for the measures beyond those of codes.
///
/// So a bound or a divergence of a point does not compile: `Inspection<PointLatent>.distribution` is a ``NoDistribution``.
public protocol InspectableLatent: LatentSpace {
  /// The measures of this kind of latent space only.
  associatedtype Distribution: Sendable
}

extension PointLatent: InspectableLatent {
  /// No measures, with the reason.
  public typealias Distribution = NoDistribution
}

extension GaussianLatent: InspectableLatent {
  /// Divergences, bounds, and the aggregate posterior.
  public typealias Distribution = DistributionFindings
}

/// Why an autoencoder has no row where a variational one has: it stores a point, and a point has no density.
public struct NoDistribution: Sendable, Equatable {
  /// The text in tables.
  public static let reason = "not defined: an AE has no distribution"

  /// Creates the absence of a distribution.
  public init() {}
}

/// What was found in one model's latent space, on the users of a data set.
public struct Inspection<Latent: InspectableLatent>: Sendable {
  /// The unique name of the model in this inspection.
  public let label: String
  /// The name of its type, such as `mult-vae`.
  public let model: String
  /// What its codes are held against: its prior, or N(0, I) for points, which have none.
  public let prior: FittedPrior
  /// Measures of the codes.
  public let codes: CodeFindings
  /// The reconstruction of the users' items.
  public let reconstruction: ReconstructionFindings
  /// Profiles decoded from draws of ``prior``.
  public let priorDraws: PriorDrawFindings
  /// Measures of a distribution.
  public let distribution: Latent.Distribution
  /// The data of the figures.
  public let plots: LatentPlots
}

/// What is known of a model whichever kind of latent space it has.
private protocol CommonFindings {
  var label: String { get }
  var model: String { get }
  var prior: FittedPrior { get }
  var codes: CodeFindings { get }
  var reconstruction: ReconstructionFindings { get }
  var priorDraws: PriorDrawFindings { get }
  var plots: LatentPlots { get }
}

extension Inspection: CommonFindings {}

/// One inspected model, whichever kind it is.
public enum InspectedModel: Sendable {
  case point(Inspection<PointLatent>)
  case gaussian(Inspection<GaussianLatent>)

  private var common: any CommonFindings {
    switch self {
    case .point(let inspection): inspection
    case .gaussian(let inspection): inspection
    }
  }

  /// The unique name of the model in this inspection.
  public var label: String { common.label }
  /// The name of its type.
  public var model: String { common.model }
  /// What its codes are held against: its prior, or N(0, I) for points.
  public var prior: FittedPrior { common.prior }
  /// Measures of the codes.
  public var codes: CodeFindings { common.codes }
  /// The reconstruction of the users' items.
  public var reconstruction: ReconstructionFindings { common.reconstruction }
  /// Profiles decoded from draws of ``prior``.
  public var priorDraws: PriorDrawFindings { common.priorDraws }
  /// The data of the figures.
  public var plots: LatentPlots { common.plots }

  /// Measures of a distribution; `nil` for a point.
  public var distribution: DistributionFindings? {
    if case .gaussian(let inspection) = self { inspection.distribution } else { nil }
  }
}
