import Autoencoders
import Compute
import Foundation

/// A direction in a latent space (L dimensions).
struct Direction {
  /// One standard deviation of the users along it; shape: L.
  let move: [Double]
  /// What a code's distance from the mean is multiplied by to give its coordinate in standard deviations; shape: L.
  let reader: [Double]
}

/// The directions in which users differ, in the order of how much they change what is decoded.
///
/// The codes of the users make one distribution together: their covariance, and for a model with distributions the mean
/// variance of the posteriors. In units of its standard deviations all directions are alike, and of these the ones are taken
/// that change the decoded profile most: with D the change of the items' logits and p the items' shares, the eigenvectors of
/// `Dᵀ diag(p) D`. So coordinates of different directions are uncorrelated over the users, one slider leaves the others where
/// they are, and no rotation of the latent space changes what a slider does.
enum PrincipalDirections {
  /// Beyond so many directions of the codes, none changes much.
  private static let candidates = 256
  /// How many items say how much the profile changes.
  private static let judged = 2000

  /// - Returns: at most `count`, the one that changes most first.
  static func find(in space: ExploredSpace, count: Int) throws -> [Direction] {
    let covariance = covariance(of: space)
    let axes = try LinearAlgebra.eigensystem(symmetric: covariance)
    let largest = axes.values.first ?? 0
    let kept = axes.values.indices.prefix(candidates).filter {
      axes.values[$0] > 1e-6 * largest && largest > 0
    }
    guard !kept.isEmpty else { return [] }
    let deviations = kept.map { axes.values[$0].squareRoot() }
    let moves = kept.indices.map { place in
      (0..<space.latent).map { deviations[place] * axes.vectors[$0, kept[place]] }
    }
    let changes = changes(of: space, along: moves)
    let strength = strength(changes, space)
    let turned = try LinearAlgebra.eigensystem(symmetric: strength)
    return (0..<min(count, kept.count)).map { direction in
      var (move, reader) = (
        [Double](repeating: 0, count: space.latent), [Double](repeating: 0, count: space.latent)
      )
      for place in kept.indices {
        let share = turned.vectors[place, direction]
        for dimension in move.indices {
          move[dimension] += share * moves[place][dimension]
          reader[dimension] +=
            share * moves[place][dimension] / (deviations[place] * deviations[place])
        }
      }
      return Direction(move: move, reader: reader)
    }
  }

  /// The covariance of the users' codes, with the mean variance of their posteriors; L × L.
  private static func covariance(of space: ExploredSpace) -> Matrix<Double> {
    let (count, latent) = (space.codes.rows, space.latent)
    var covariance = Matrix<Double>(rows: latent, columns: latent)
    var row = [Double](repeating: 0, count: latent)
    for user in 0..<count {
      for i in 0..<latent {
        row[i] = (Double(space.codes[user, i]) - space.mean[i]) / Double(count).squareRoot()
      }
      for i in 0..<latent { for j in 0...i { covariance[i, j] += row[i] * row[j] } }
    }
    for i in 0..<latent { covariance[i, i] = space.variance[i] }
    return covariance
  }

  /// How the logits change from one deviation below the mean to one above, halved; one row for each move.
  static func changes(of space: ExploredSpace, along moves: [[Double]]) -> [[Double]] {
    var changes: [[Double]] = []
    for start in stride(from: 0, to: moves.count, by: 32) {
      let block = moves[start..<min(moves.count, start + 32)]
      var points = Matrix<Float>(rows: 2 * block.count, columns: space.latent)
      for (place, move) in block.enumerated() {
        for dimension in move.indices {
          points[2 * place, dimension] = Float(space.mean[dimension] + move[dimension])
          points[2 * place + 1, dimension] = Float(space.mean[dimension] - move[dimension])
        }
      }
      let logits = space.decode(points)
      for place in 0..<block.count {
        changes.append(
          zip(logits[row: 2 * place], logits[row: 2 * place + 1]).map {
            (Double($0) - Double($1)) / 2
          })
      }
    }
    return changes
  }

  private static func strength(_ changes: [[Double]], _ space: ExploredSpace) -> Matrix<Double> {
    let shares = space.meanShare
    let order = shares.indices.sorted { (shares[$1], $0) < (shares[$0], $1) }
    let items = Array(order.prefix(judged))
    let total = items.reduce(0) { $0 + shares[$1] }
    let weighted = changes.map { change in
      // A sum to 1 takes no notice of what is added to every logit.
      let mean =
        space.likelihood == .multinomial
        ? items.reduce(0) { $0 + shares[$1] * change[$1] } / max(total, 1e-300) : 0
      return items.map { shares[$0].squareRoot() * (change[$0] - mean) }
    }
    var strength = Matrix<Double>(rows: changes.count, columns: changes.count)
    for i in changes.indices {
      for j in 0...i {
        strength[i, j] = zip(weighted[i], weighted[j]).reduce(0) { $0 + $1.0 * $1.1 }
      }
    }
    return strength
  }

  /// For each direction of one space the direction of another in which the same users differ: where the codes of users who
  /// are one standard deviation further on lie on average.
  static func matching(_ directions: [Direction], of space: ExploredSpace, in other: ExploredSpace)
    -> [Direction]
  {
    directions.map { direction in
      let along = space.coordinates(direction.reader)
      var axis = [Double](repeating: 0, count: other.latent)
      for (user, coordinate) in along.enumerated() {
        for dimension in axis.indices {
          axis[dimension] +=
            coordinate * (Double(other.codes[user, dimension]) - other.mean[dimension])
        }
      }
      let length = axis.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard length > 0 else { return Direction(move: axis, reader: axis) }
      let unit = axis.map { $0 / length }
      let coordinates = other.coordinates(unit)
      var variance = coordinates.reduce(0) { $0 + $1 * $1 } / Double(max(1, coordinates.count))
      if let logVariances = other.logVariances {
        for user in 0..<logVariances.rows {
          for dimension in unit.indices {
            variance +=
              unit[dimension] * unit[dimension] * exp(Double(logVariances[user, dimension]))
              / Double(logVariances.rows)
          }
        }
      }
      let deviation = variance.squareRoot()
      return Direction(
        move: unit.map { $0 * deviation }, reader: unit.map { deviation > 0 ? $0 / deviation : 0 })
    }
  }
}
