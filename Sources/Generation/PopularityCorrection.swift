import Autoencoders
public import Compute
import Foundation

/// One shift per item that keeps the items' shares at a temperature other than 1.
///
/// `softmax(f / T)` changes a profile in two ways. Within a user, it makes the likely items likelier or less likely,
/// which is what a temperature is for. It does the same over all users together: with T below 1, popular items become
/// more popular. The correction undoes only the second: items are drawn from `softmax((f + b) / T)`, where b has one
/// number per item and is the same for all users, so that each item is expected at as many users as at T = 1.
///
/// The shares are those of the generator itself, over 1,024 users who are drawn from its source with lengths of their
/// own but are never written. No training user is read beyond what the source and the lengths read. The expected
/// numbers are computed, not drawn (Rosén, Ann. Math. Stat. 43, 1972), so that they have no noise from
/// drawing items. Each pass adds `η T log(target / current)` to b. With η = 1 and ``ItemLaw/multinomial``, this is
/// iterative proportional fitting (Deming & Stephan, Ann. Math. Stat. 11, 1940), since a softmax keeps the other
/// margin, the lengths. A larger η takes fewer passes.
///
/// ```swift
/// generator.temperature = Temperature(0.5) ?? .one
/// generator.correction = try PopularityCorrection(fitting: generator, seed: Seed(42), processor: processor)
/// ```
public struct PopularityCorrection: Sendable, Equatable {
  /// The temperature that the shifts are for.
  public let temperature: Temperature
  /// b, added to the logits before they are divided by the temperature; shape: 1 × I.
  public let shifts: Matrix<Float>
  /// The total variation between the items' expected shares at the temperature and those at 1, without the shifts:
  /// from 0 to 1.
  public let uncorrected: Double
  /// The same with the shifts; not above ``uncorrected``.
  public let corrected: Double
  /// The number of passes over the drawn users that changed the shifts.
  public let passes: Int

  /// The total variation below which no further pass is made.
  private static let tolerance = 1e-3
  private static let mostPasses = 12
  /// η.
  ///
  /// Above 1, it takes fewer passes at low temperatures, where the fit is slowest; from 2 on, it would not converge.
  private static let relaxation = 1.5
  /// Added to both expected numbers before they are compared, in users: what is rarer in both is of no consequence.
  private static let slack = 0.01
  /// The largest shift in units of the temperature, and in total: beyond, single precision would lose the logits.
  private static let largestPower = 40.0
  private static let largestShift = 1e30

  /// Fits the shifts for the source, lengths, law and temperature of a generator; its own correction is ignored.
  ///
  /// The result depends on the generator and the seed, not on the number of threads. At temperature 1, all shifts are 0.
  ///
  /// - Throws: `DataError` when the model gives scores that are not numbers, or what the source throws.
  /// - Precondition: the source draws users with negative numbers; all but ``InterpolationSource`` do.
  public init<Source: LatentSource>(
    fitting generator: ProfileGenerator<Source>, seed: Seed, processor: Processor
  ) throws {
    let pilot = try Pilot(generator, seed: seed, processor: processor)
    let temperature = generator.temperature
    var shifts = Matrix<Float>(rows: 1, columns: generator.model.itemCount)
    let target = try pilot.expectedItems(at: .one, shifts)
    var current = try pilot.expectedItems(at: temperature, shifts)
    var distance = Self.totalVariation(target, current)
    var best = (distance: distance, shifts: shifts)
    uncorrected = distance
    let limit = Float(min(Self.largestShift, Self.largestPower * temperature.value))
    var passes = 0
    while distance >= Self.tolerance && passes < Self.mostPasses {
      for item in target.indices {
        let ratio = log((target[item] + Self.slack) / (current[item] + Self.slack))
        let shift = Double(shifts[0, item]) + Self.relaxation * temperature.value * ratio
        shifts[0, item] = max(-limit, min(limit, Float(shift)))
      }
      current = try pilot.expectedItems(at: temperature, shifts)
      distance = Self.totalVariation(target, current)
      if distance < best.distance { best = (distance, shifts) }
      passes += 1
    }
    (self.temperature, self.passes) = (temperature, passes)
    (corrected, self.shifts) = (best.distance, best.shifts)
  }

  /// The total variation between the shares that two lists of numbers give; 0 when one of them is empty.
  private static func totalVariation(_ a: [Double], _ b: [Double]) -> Double {
    let (all, others) = (a.reduce(0, +), b.reduce(0, +))
    guard all > 0 && others > 0 else { return 0 }
    return zip(a, b).reduce(0) { $0 + abs($1.0 / all - $1.1 / others) } / 2
  }
}

/// The users that a correction is fitted on.
///
/// Their vectors are kept, and their logits computed anew in each pass: a block of users × items for each thread is
/// then all that is in memory.
private struct Pilot<Latent: LatentSpace>: Sendable {
  private let model: Autoencoder<Latent>
  private let law: ItemLaw
  private let blocks: [(vectors: Matrix<Float>, lengths: [Int])]
  private let processor: Processor

  init<Source: LatentSource<Latent>>(
    _ generator: ProfileGenerator<Source>, seed: Seed, processor: Processor
  ) throws {
    (model, law, self.processor) = (generator.model, generator.law, processor)
    let ranges = PilotUsers.shares.blocks(of: PilotUsers.blockSize)
    blocks = try processor.map(count: ranges.count) { index in
      let draws = try generator.source.draw(users: ranges[index], seed: seed, engine: processor.engine)
      let lengths = generator.lengths.draw(draws, users: ranges[index], seed: seed, engine: processor.engine)
      return (vectors: draws.vectors, lengths: lengths)
    }
  }

  /// The expected number of users with each item; shape: I.
  ///
  /// Sums are added in the order of the blocks, which are the same at any number of threads.
  func expectedItems(at temperature: Temperature, _ shifts: Matrix<Float>) throws -> [Double] {
    let parts = try processor.map(count: blocks.count) { index in
      let block = blocks[index]
      var logits = model.decode(block.vectors, using: processor.engine)
      logits.add(bias: shifts)
      var expected = ExpectedItems(items: model.itemCount)
      for (row, length) in block.lengths.enumerated() {
        try expected.add(length, logits: logits, row: row, temperature: temperature, law: law)
      }
      return expected.sums
    }
    return parts.reduce(into: [Double](repeating: 0, count: model.itemCount)) { sums, part in
      for item in sums.indices { sums[item] += part[item] }
    }
  }
}
