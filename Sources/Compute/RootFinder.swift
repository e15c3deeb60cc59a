import CGSL

/// Roots of functions of one number, by GSL.
public enum RootFinder {
  /// The root of a function between two points where its signs differ, by Brent's method.
  ///
  /// - Parameter tolerance: the width of the final bracket, relative to the root.
  /// - Throws: ``GSLError`` when the signs do not differ or 200 steps are not enough.
  public static func root(
    in bracket: ClosedRange<Double>, tolerance: Double = 1e-12, of function: (Double) -> Double
  ) throws -> Double {
    GSL.prepare()
    guard let solver = unsafe gsl_root_fsolver_alloc(shim_root_brent()) else {
      preconditionFailure("no memory for a root finder")
    }
    defer { unsafe gsl_root_fsolver_free(solver) }
    // GSL calls a C function with a pointer that we provide; it points to the closure.
    return try withoutActuallyEscaping(function) { function in
      var body = function
      return try unsafe withUnsafeMutablePointer(to: &body) { pointer in
        var wrapped = unsafe gsl_function(
          function: { x, parameters in
            unsafe parameters?.assumingMemoryBound(to: ((Double) -> Double).self).pointee(x) ?? .nan
          }, params: pointer)
        return try unsafe withUnsafeMutablePointer(to: &wrapped) { wrapped in
          try GSL.check(
            unsafe gsl_root_fsolver_set(solver, wrapped, bracket.lowerBound, bracket.upperBound), "bracketing a root")
          for _ in 0..<200 {
            try GSL.check(unsafe gsl_root_fsolver_iterate(solver), "looking for a root")
            let (low, high) = (unsafe gsl_root_fsolver_x_lower(solver), unsafe gsl_root_fsolver_x_upper(solver))
            if gsl_root_test_interval(low, high, 0, tolerance) == GSL_SUCCESS {
              return unsafe gsl_root_fsolver_root(solver)
            }
          }
          throw GSLError(operation: "looking for a root", code: Int32(GSL_EMAXITER), message: "too many steps")
        }
      }
    }
  }
}
