import Compute

/// The division of a batch's users into pieces, each for one thread.
///
/// The division depends only on the size of the batch, never on the number of threads.
enum UserPieces {
  /// The number of users in a piece: an eighth of the batch, but 16 to 64.
  static func size(batch: Int) -> Int { min(64, max(16, (batch + 7) / 8)) }

  /// Smaller pieces for row-wise work, where nothing is summed over a piece, so that cuts change no bit.
  static func rows(of batch: Int) -> [Range<Int>] {
    (0..<batch).blocks(of: 16)
  }

  static func ranges(of batch: Int) -> [Range<Int>] {
    let size = size(batch: batch)
    return (0..<batch).blocks(of: size)
  }
}
