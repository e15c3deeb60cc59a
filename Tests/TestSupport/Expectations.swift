import Compute
public import Testing

/// The largest difference between two lists, relative to the larger of 1 and the reference's own largest
/// value.
public func relativeDifference(_ found: [Double], _ reference: [Double]) -> Double {
  guard found.count == reference.count else { return .infinity }
  let scale = max(1, reference.map(abs).max() ?? 1)
  return zip(found, reference).reduce(0) { worst, pair in
    let difference = abs(pair.0 - pair.1) / scale
    return difference.isNaN ? .infinity : max(worst, difference)
  }
}

/// Expects two lists to agree within a relative tolerance, and says by how much they do not.
public func expectClose(
  _ found: [Double], _ reference: [Double], within tolerance: Double, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let difference = relativeDifference(found, reference)
  #expect(
    difference <= tolerance, "\(what): largest relative difference \(difference)",
    sourceLocation: sourceLocation)
}
