import CGSL

/// GSL views of matrices and vectors, without a copy, for the duration of a call.
extension Matrix where S == Double {
  mutating func withView<R>(_ body: (UnsafeMutablePointer<gsl_matrix>) throws -> R) rethrows -> R {
    let (rows, columns) = (rows, columns)
    return unsafe try withMutablePointer { pointer in
      var view = unsafe gsl_matrix_view_array(pointer, rows, columns)
      return unsafe try body(&view.matrix)
    }
  }

  /// Every row in turn.
  mutating func withRowViews(_ body: (UnsafeMutablePointer<gsl_vector>) throws -> Void) rethrows {
    let (rows, columns) = (rows, columns)
    unsafe try withMutablePointer { pointer in
      for row in 0..<rows {
        var view = unsafe gsl_vector_view_array(pointer + row * columns, columns)
        unsafe try body(&view.vector)
      }
    }
  }
}

extension [Double] {
  mutating func withVectorView<R>(_ body: (UnsafeMutablePointer<gsl_vector>) throws -> R) rethrows -> R {
    let count = count
    return unsafe try withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("GSL has no empty vectors") }
      var view = unsafe gsl_vector_view_array(base, count)
      return unsafe try body(&view.vector)
    }
  }
}
