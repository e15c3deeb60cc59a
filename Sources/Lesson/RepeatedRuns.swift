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

  init(_ codes: EncodedPeople, processor: Processor) throws {
    let (points, clouds) = (codes.points, codes.clouds.map(\.mean))
    func agreement(_ runs: [Matrix<Float>], _ kept: [Int]) throws -> LatentAgreement {
      try LatentAgreement(
        a: "run 1", runs[0].selecting(rows: kept), b: "run 2", runs[1].selecting(rows: kept), model: "",
        processor: processor)
    }
    let found = try Measured.jackknife(people: points[0].rows) { kept in
      let (ae, vae) = (try agreement(points, kept), try agreement(clouds, kept))
      return [ae.procrustes, vae.procrustes, ae.unaligned, vae.unaligned, ae.procrustes - vae.procrustes]
    }
    (rotated, unaligned, difference) = ((found[0], found[1]), (found[2], found[3]), found[4])
  }

  /// What the part is about.
  public var title: String { "The same training twice" }
  /// What textbooks say.
  public var claim: String { "Two VAE runs agree up to rotation, two AE runs do not." }

  /// Whether two VAE runs agree better than two AE runs.
  public var holds: Bool { difference.isAbove(0) }

  /// What was found.
  public var sentences: [String] {
    let raw =
      "Axis by axis, two runs share almost nothing: \(Number.percent(unaligned.ae.value, decimals: 0)) of the AE's variance and "
      + "\(Number.percent(unaligned.vae.value, decimals: 0)) of the VAE's remain, so a single axis means nothing."
    let after =
      "After the best rotation, \(rotated.ae.percent) remains for the AE and \(rotated.vae.percent) for the VAE"
    if difference.isAbove(0) {
      return [
        raw,
        after + ": the prior fixes the VAE's space up to rotation; the AE's space is a different one in every run.",
      ]
    }
    if difference.isBelow(0) {
      return [raw, after + ": on these data, two AE runs agree better than two VAE runs."]
    }
    return [raw, after + ": on these data, AE and VAE do not differ in this."]
  }

  /// The numbers, by name.
  public var numbers: [(name: String, value: Measured)] {
    [
      ("residualOfTheAE", rotated.ae), ("residualOfTheVAE", rotated.vae), ("unalignedOfTheAE", unaligned.ae),
      ("unalignedOfTheVAE", unaligned.vae), ("difference", difference),
    ]
  }
}
