import CGSL
import CKernels

/// The two number formats of the core: `Float` for training, `Double` for gradient checks.
///
/// The requirements are the entry points of the vector loops and of the product engine. They are an implementation detail of
/// this module: only the safe operations on ``Matrix`` call them.
public protocol Scalar: BinaryFloatingPoint, BitwiseCopyable, Sendable, Codable {
  /// The kernels for this format.
  static var kernels: Kernels<Self> { get }
}

/// The vector loops of one number format, as documented in `CKernels.h`.
///
/// A class, so that access to a loop copies one reference instead of the whole table.
@safe public final class Kernels<S: Scalar>: Sendable {
  typealias Source = UnsafePointer<S>
  typealias Target = UnsafeMutablePointer<S>
  typealias Sums = UnsafeMutablePointer<Double>

  let axpy: @Sendable (Int, S, Source, Target) -> Void
  let scale: @Sendable (Int, S, Target) -> Void
  let sumOfSquares: @Sendable (Int, Source) -> Double
  let dot: @Sendable (Int, Source, Source) -> Double
  let allFinite: @Sendable (Int, Source) -> Int32
  let tanh: @Sendable (Int, Target) -> Void
  let sigmoid: @Sendable (Int, Target) -> Void
  let relu: @Sendable (Int, Target) -> Void
  let tanhBackward: @Sendable (Int, Source, Target) -> Void
  let sigmoidBackward: @Sendable (Int, Source, Target) -> Void
  let reluBackward: @Sendable (Int, Source, Target) -> Void
  let expShifted: @Sendable (Int, Target, Target, UnsafeMutablePointer<Double>) -> Void
  let softplusSigmoid: @Sendable (Int, Target) -> Double
  let divide:
    @Sendable (
      Int, UnsafePointer<Int>, UnsafePointer<Int32>, Source, Int32, Int, UnsafeMutablePointer<Int32>,
      UnsafeMutablePointer<Int32>, Target
    ) -> Void
  let sparseDot: @Sendable (Int, UnsafePointer<Int32>, Source, Source) -> Double
  let scatter: @Sendable (Int, S, UnsafePointer<Int32>, Source, Target) -> Void
  let listedCells: @Sendable (Int, UnsafePointer<Int32>, Source, Int, Int32, S, Target) -> Double
  let gaussianForward:
    @Sendable (
      Int, S, S, Source, Source, Source?, Target, Target, UnsafeMutablePointer<Int64>
    ) -> Double
  let gaussianMoments: @Sendable (Int, S, S, Source, Source, Source, Sums, Sums, Sums, Sums) -> Void
  let gaussianBackward: @Sendable (Int, S, S, S, Source, Source, Source, Source, Source, Target, Target) -> Void
  let composite: @Sendable (Int, S, S, S, S, S, S, Source, Source, Source, Target) -> Double
  let nadam: @Sendable (Int, Source, Target, Target, Target, UnsafePointer<dk_nadam>) -> Void
  let adam: @Sendable (Int, Source?, Target, Target, Target, UnsafePointer<dk_adam>) -> Void
  let sparseAdam:
    @Sendable (
      Int, Int, UnsafePointer<Int32>, UnsafePointer<Int32>, Source, Source, Target, Target, Target,
      UnsafePointer<dk_adam>, Target
    ) -> Void
  let gather: @Sendable (Int, UnsafePointer<Int32>, Source, Int32, Int, Source, Target) -> Void
  let fetch: @Sendable (Int, UnsafePointer<Int32>, Int32, Int, Source) -> Void
  let roundBFloat16: @Sendable (Int, Source, UnsafeMutablePointer<UInt16>) -> Void
  let widenBFloat16: @Sendable (Int, S, UnsafePointer<UInt16>, Target) -> Void

  init(
    axpy: @escaping @Sendable (Int, S, Source, Target) -> Void,
    scale: @escaping @Sendable (Int, S, Target) -> Void,
    sumOfSquares: @escaping @Sendable (Int, Source) -> Double,
    dot: @escaping @Sendable (Int, Source, Source) -> Double,
    allFinite: @escaping @Sendable (Int, Source) -> Int32,
    tanh: @escaping @Sendable (Int, Target) -> Void,
    sigmoid: @escaping @Sendable (Int, Target) -> Void,
    relu: @escaping @Sendable (Int, Target) -> Void,
    tanhBackward: @escaping @Sendable (Int, Source, Target) -> Void,
    sigmoidBackward: @escaping @Sendable (Int, Source, Target) -> Void,
    reluBackward: @escaping @Sendable (Int, Source, Target) -> Void,
    expShifted: @escaping @Sendable (Int, Target, Target, UnsafeMutablePointer<Double>) -> Void,
    softplusSigmoid: @escaping @Sendable (Int, Target) -> Double,
    divide:
      @escaping @Sendable (
        Int, UnsafePointer<Int>, UnsafePointer<Int32>, Source, Int32, Int, UnsafeMutablePointer<Int32>,
        UnsafeMutablePointer<Int32>, Target
      ) -> Void,
    sparseDot: @escaping @Sendable (Int, UnsafePointer<Int32>, Source, Source) -> Double,
    scatter: @escaping @Sendable (Int, S, UnsafePointer<Int32>, Source, Target) -> Void,
    listedCells: @escaping @Sendable (Int, UnsafePointer<Int32>, Source, Int, Int32, S, Target) -> Double,
    gaussianForward:
      @escaping @Sendable (Int, S, S, Source, Source, Source?, Target, Target, UnsafeMutablePointer<Int64>) -> Double,
    gaussianMoments: @escaping @Sendable (Int, S, S, Source, Source, Source, Sums, Sums, Sums, Sums) -> Void,
    gaussianBackward:
      @escaping @Sendable (Int, S, S, S, Source, Source, Source, Source, Source, Target, Target) -> Void,
    composite: @escaping @Sendable (Int, S, S, S, S, S, S, Source, Source, Source, Target) -> Double,
    nadam: @escaping @Sendable (Int, Source, Target, Target, Target, UnsafePointer<dk_nadam>) -> Void,
    adam: @escaping @Sendable (Int, Source?, Target, Target, Target, UnsafePointer<dk_adam>) -> Void,
    sparseAdam:
      @escaping @Sendable (
        Int, Int, UnsafePointer<Int32>, UnsafePointer<Int32>, Source, Source, Target, Target, Target,
        UnsafePointer<dk_adam>, Target
      ) -> Void,
    gather: @escaping @Sendable (Int, UnsafePointer<Int32>, Source, Int32, Int, Source, Target) -> Void,
    fetch: @escaping @Sendable (Int, UnsafePointer<Int32>, Int32, Int, Source) -> Void,
    roundBFloat16: @escaping @Sendable (Int, Source, UnsafeMutablePointer<UInt16>) -> Void,
    widenBFloat16: @escaping @Sendable (Int, S, UnsafePointer<UInt16>, Target) -> Void
  ) {
    unsafe self.axpy = unsafe axpy
    unsafe self.scale = unsafe scale
    unsafe self.sumOfSquares = unsafe sumOfSquares
    unsafe self.dot = unsafe dot
    unsafe self.allFinite = unsafe allFinite
    unsafe self.tanh = unsafe tanh
    unsafe self.sigmoid = unsafe sigmoid
    unsafe self.relu = unsafe relu
    unsafe self.tanhBackward = unsafe tanhBackward
    unsafe self.sigmoidBackward = unsafe sigmoidBackward
    unsafe self.reluBackward = unsafe reluBackward
    unsafe self.expShifted = unsafe expShifted
    unsafe self.softplusSigmoid = unsafe softplusSigmoid
    unsafe self.divide = unsafe divide
    unsafe self.sparseDot = unsafe sparseDot
    unsafe self.scatter = unsafe scatter
    unsafe self.listedCells = unsafe listedCells
    unsafe self.gaussianForward = unsafe gaussianForward
    unsafe self.gaussianMoments = unsafe gaussianMoments
    unsafe self.gaussianBackward = unsafe gaussianBackward
    unsafe self.composite = unsafe composite
    unsafe self.nadam = unsafe nadam
    unsafe self.adam = unsafe adam
    unsafe self.sparseAdam = unsafe sparseAdam
    unsafe self.gather = unsafe gather
    unsafe self.fetch = unsafe fetch
    unsafe self.roundBFloat16 = unsafe roundBFloat16
    unsafe self.widenBFloat16 = unsafe widenBFloat16
  }
}

extension Float: Scalar {
  /// The loops in single precision.
  public static let kernels = unsafe Kernels<Float>(
    axpy: { unsafe dk_axpy_f($0, $1, $2, $3) },
    scale: { unsafe dk_scale_f($0, $1, $2) },
    sumOfSquares: { unsafe dk_sum_squares_f($0, $1) },
    dot: { unsafe dk_dot_f($0, $1, $2) },
    allFinite: { unsafe dk_all_finite_f($0, $1) },
    tanh: { unsafe dk_tanh_f($0, $1) },
    sigmoid: { unsafe dk_sigmoid_f($0, $1) },
    relu: { unsafe dk_relu_f($0, $1) },
    tanhBackward: { unsafe dk_tanh_backward_f($0, $1, $2) },
    sigmoidBackward: { unsafe dk_sigmoid_backward_f($0, $1, $2) },
    reluBackward: { unsafe dk_relu_backward_f($0, $1, $2) },
    expShifted: { unsafe dk_exp_shifted_f($0, $1, $2, $3) },
    softplusSigmoid: { unsafe dk_softplus_sigmoid_f($0, $1) },
    divide: { unsafe dk_divide_f($0, $1, $2, $3, $4, $5, $6, $7, $8) },
    sparseDot: { unsafe dk_sparse_dot_f($0, $1, $2, $3) },
    scatter: { unsafe dk_scatter_f($0, $1, $2, $3, $4) },
    listedCells: { unsafe dk_listed_cells_f($0, $1, $2, $3, $4, $5, $6) },
    gaussianForward: { unsafe dk_gaussian_forward_f($0, $1, $2, $3, $4, $5, $6, $7, $8) },
    gaussianMoments: { unsafe dk_gaussian_moments_f($0, $1, $2, $3, $4, $5, $6, $7, $8, $9) },
    gaussianBackward: {
      unsafe dk_gaussian_backward_f($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    },
    composite: {
      unsafe dk_composite_f($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    },
    nadam: { unsafe dk_nadam_f($0, $1, $2, $3, $4, $5) },
    adam: { unsafe dk_adam_f($0, $1, $2, $3, $4, $5) },
    sparseAdam: { unsafe dk_sparse_adam_f($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10) },
    gather: { unsafe dk_gather_f($0, $1, $2, $3, $4, $5, $6) },
    fetch: { unsafe dk_fetch_f($0, $1, $2, $3, $4) },
    roundBFloat16: { unsafe dk_round_bf16_f($0, $1, $2) },
    widenBFloat16: { unsafe dk_widen_bf16_f($0, $1, $2, $3) })
}

extension Double: Scalar {
  /// The loops in double precision.
  public static let kernels = unsafe Kernels<Double>(
    axpy: { unsafe dk_axpy_d($0, $1, $2, $3) },
    scale: { unsafe dk_scale_d($0, $1, $2) },
    sumOfSquares: { unsafe dk_sum_squares_d($0, $1) },
    dot: { unsafe dk_dot_d($0, $1, $2) },
    allFinite: { unsafe dk_all_finite_d($0, $1) },
    tanh: { unsafe dk_tanh_d($0, $1) },
    sigmoid: { unsafe dk_sigmoid_d($0, $1) },
    relu: { unsafe dk_relu_d($0, $1) },
    tanhBackward: { unsafe dk_tanh_backward_d($0, $1, $2) },
    sigmoidBackward: { unsafe dk_sigmoid_backward_d($0, $1, $2) },
    reluBackward: { unsafe dk_relu_backward_d($0, $1, $2) },
    expShifted: { unsafe dk_exp_shifted_d($0, $1, $2, $3) },
    softplusSigmoid: { unsafe dk_softplus_sigmoid_d($0, $1) },
    divide: { unsafe dk_divide_d($0, $1, $2, $3, $4, $5, $6, $7, $8) },
    sparseDot: { unsafe dk_sparse_dot_d($0, $1, $2, $3) },
    scatter: { unsafe dk_scatter_d($0, $1, $2, $3, $4) },
    listedCells: { unsafe dk_listed_cells_d($0, $1, $2, $3, $4, $5, $6) },
    gaussianForward: { unsafe dk_gaussian_forward_d($0, $1, $2, $3, $4, $5, $6, $7, $8) },
    gaussianMoments: { unsafe dk_gaussian_moments_d($0, $1, $2, $3, $4, $5, $6, $7, $8, $9) },
    gaussianBackward: {
      unsafe dk_gaussian_backward_d($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    },
    composite: {
      unsafe dk_composite_d($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    },
    nadam: { unsafe dk_nadam_d($0, $1, $2, $3, $4, $5) },
    adam: { unsafe dk_adam_d($0, $1, $2, $3, $4, $5) },
    sparseAdam: { unsafe dk_sparse_adam_d($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10) },
    gather: { unsafe dk_gather_d($0, $1, $2, $3, $4, $5, $6) },
    fetch: { unsafe dk_fetch_d($0, $1, $2, $3, $4) },
    roundBFloat16: { unsafe dk_round_bf16_d($0, $1, $2) },
    widenBFloat16: { unsafe dk_widen_bf16_d($0, $1, $2, $3) })
}
