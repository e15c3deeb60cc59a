import Autoencoders
import Compute
import Inspection
import InteractionData
import Presentation

/// How well the spaces of two runs agree that differ in nothing but the seed.
public struct RepeatedRuns: Sendable, LessonPart {
  /// What is left of the spread of codes that no rotation brings together, 0 to 1.
  public let rotated: (ae: Measured, vae: Measured)
  /// What is left coordinate by coordinate, without any rotation.
  public let unaligned: (ae: Measured, vae: Measured)
  /// AE − VAE after rotation.
  public let difference: Measured

  init(_ models: LessonModels, _ people: LessonPeople, processor: Processor) throws {
    let engine = processor.engine
    let points = models.points.map { $0.encode(people.profiles, using: engine).points }
    let clouds = models.clouds.map { $0.encode(people.profiles, using: engine).mean }
    func agreement(_ codes: [Matrix<Float>], _ kept: [Int]) throws -> LatentAgreement {
      let chosen = codes.map { matrix in
        Matrix<Float>(rows: kept.count, columns: matrix.columns, elements: kept.flatMap { Array(matrix[row: $0]) })
      }
      return try LatentAgreement(
        a: "run 1", chosen[0], b: "run 2", chosen[1], model: "", processor: processor)
    }
    rotated = (
      try Measured.jackknife(people: people.count) { try agreement(points, $0).procrustes },
      try Measured.jackknife(people: people.count) { try agreement(clouds, $0).procrustes }
    )
    unaligned = (
      try Measured.jackknife(people: people.count) { try agreement(points, $0).unaligned },
      try Measured.jackknife(people: people.count) { try agreement(clouds, $0).unaligned }
    )
    difference = try Measured.jackknife(people: people.count) {
      try agreement(points, $0).procrustes - agreement(clouds, $0).procrustes
    }
  }

  /// What the part is about.
  public var title: String { "The same training twice" }

  /// Whether two VAE runs agree better than two AE runs.
  public var holds: Bool { difference.isAbove(0) }

  /// What was found.
  public var sentences: [String] {
    let raw =
      "Coordinate by coordinate two runs have little in common: \(Number.percent(unaligned.ae.value, decimals: 0)) of the AE's spread "
      + "and \(Number.percent(unaligned.vae.value, decimals: 0)) of the VAE's is left over, so a single axis means nothing."
    let after =
      "After the best rotation \(rotated.ae.percent) is left of the AE and \(rotated.vae.percent) of the VAE"
    if difference.isAbove(0) {
      return [
        raw,
        after + ": the prior has pinned the VAE's space down, up to rotation; the AE's is another one in every run.",
      ]
    }
    if difference.isBelow(0) {
      return [raw, after + ": on these data two runs of the AE agree better than two of the VAE."]
    }
    return [raw, after + ": on these data the two do not differ in this."]
  }

  /// The numbers, by name.
  public var numbers: [(name: String, value: Measured)] {
    [
      ("residualOfTheAE", rotated.ae), ("residualOfTheVAE", rotated.vae), ("unalignedOfTheAE", unaligned.ae),
      ("unalignedOfTheVAE", unaligned.vae), ("difference", difference),
    ]
  }
}
