import CKernels

/// Draws from N(0, σ²) for the numbers of a matrix, each a function of a key and of its place.
///
/// A part of the matrix can be drawn by itself, in any order and on any thread. Draws are in single precision, and at
/// most 6.8 σ from 0.
public struct IndexedNoise: Sendable {
  private let key: UInt64
  /// σ.
  public let deviation: Double

  /// The noise of a purpose and, if there are several of one purpose, of one of them.
  public init(_ seed: Seed, _ purpose: RandomPurpose, _ indices: Int..., deviation: Double) {
    key = seed.key(purpose, indices)
    self.deviation = deviation
  }

  /// Adds its draw to every number of a matrix.
  ///
  /// - Parameter start: the place of the matrix's first number; the others follow row by row.
  @specialized(where S == Float)
  public func add<S: Scalar>(to matrix: inout Matrix<S>, from start: Int = 0) {
    let count = matrix.count
    if S.self == Float.self {
      unsafe matrix.withMutablePointer { numbers in
        unsafe dk_add_noise(
          key, UInt64(start), count, Float(deviation),
          UnsafeMutableRawPointer(numbers).assumingMemoryBound(to: Float.self))
      }
    } else {
      var draws = [Float](repeating: 0, count: count)
      unsafe dk_add_noise(key, UInt64(start), count, 1, &draws)
      unsafe matrix.withMutablePointer { numbers in
        for index in 0..<count { unsafe numbers[index] += S(draws[index]) * S(deviation) }
      }
    }
  }
}

extension AdamMoments {
  /// Updates every row of `parameter` from the sparse product `entriesᵀ · delta` with noise on every number of it.
  ///
  /// Shapes: `parameter` n × H, `entries` n × B, `delta` B × H.
  ///
  /// - Parameters:
  ///   - start: the place of the parameter's first number among those of the noise.
  ///   - scratch: a buffer for the gradient of some rows, of any shape.
  @specialized(where S == Float)
  public mutating func update(
    _ parameter: inout Matrix<S>, sparse entries: BatchColumns<S>, delta: Matrix<S>, noise: IndexedNoise,
    from start: Int, scratch: inout Matrix<S>, _ step: AdamStep
  ) {
    let (rows, width) = (parameter.rows, parameter.columns)
    precondition(entries.columnCount == rows && delta.columns == width && entries.rowCount <= delta.rows)
    // The number of rows is chosen so that their gradient stays in the cache until the step reads it.
    let piece = max(1, 8192 / max(1, width))
    for first in stride(from: 0, to: rows, by: piece) {
      let count = min(piece, rows - first)
      scratch.reshape(rows: count, columns: width)
      unsafe delta.withPointer { delta in
        unsafe scratch.withMutablePointer { gradient in
          unsafe entries.withPointers { offsets, users, values in
            for row in 0..<count {
              let (low, high) = unsafe (Int(offsets[first + row]), Int(offsets[first + row + 1]))
              unsafe S.kernels.gather(
                high - low, users + low, values + low, 0, width, delta, gradient + row * width)
            }
          }
        }
      }
      noise.add(to: &scratch, from: start + first * width)
      unsafe withUnsafePointer(to: step.constants) { constants in
        unsafe scratch.withPointer { gradient in
          unsafe parameter.withMutablePointer { w in
            unsafe changeBoth { m, v in
              let place = first * width
              unsafe S.kernels.adam(count * width, gradient, w + place, m + place, v + place, constants)
            }
          }
        }
      }
    }
  }
}
