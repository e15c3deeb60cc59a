import CKernels
import Communication

/// Some adjacent items of a model whose scores are products: a vector and a bias for each.
public struct ItemFactors: Sendable {
  /// Shape: items × D.
  public let vectors: Matrix<Float>
  /// Shape: 1 × items.
  public let biases: Matrix<Float>

  /// Takes vectors and biases.
  ///
  /// - Precondition: there is a bias for each vector.
  public init(vectors: Matrix<Float>, biases: Matrix<Float>) {
    precondition(biases.count == vectors.rows, "\(biases.count) biases for \(vectors)")
    (self.vectors, self.biases) = (vectors, biases)
  }

  /// The score of every item for a user: product and bias, always added up in the same way.
  ///
  /// - Parameter user: the row of `users` (B × D).
  public func scores(of users: Matrix<Float>, row user: Int) -> [Float] {
    scores(of: users, row: user, items: Array(0..<Int32(vectors.rows)))
  }

  /// The same for some of the items.
  func scores(of users: Matrix<Float>, row user: Int, items: [Int32]) -> [Float] {
    let (width, rows) = (vectors.columns, 0..<Int32(vectors.rows))
    precondition(
      users.columns == width && 0..<users.rows ~= user && items.allSatisfy { rows.contains($0) },
      "row \(user) of \(users) with items of \(vectors)")
    return unsafe [Float](filled: items.count) { scores in
      guard let target = scores.baseAddress else { return }
      unsafe users.withPointer { x in
        unsafe vectors.withPointer { rows in
          unsafe biases.withPointer { biases in
            unsafe items.withUnsafeBufferPointer { items in
              guard let places = items.baseAddress else { return }
              unsafe dk_score_rows(width, x + user * width, rows, biases, items.count, places, target)
            }
          }
        }
      }
    }
  }
}
