/// The division of a batch's users into pieces, each for one thread.
///
/// The division depends only on the size of the batch, never on the number of threads.
enum UserPieces {
  /// The number of users in a piece: an eighth of the batch, but 16 to 64.
  static func size(batch: Int) -> Int { min(64, max(16, (batch + 7) / 8)) }

  /// Smaller pieces for row-wise work, where nothing is summed over a piece, so that cuts change no bit.
  static func rows(of batch: Int) -> [Range<Int>] {
    stride(from: 0, to: batch, by: 16).map { $0..<min($0 + 16, batch) }
  }

  static func ranges(of batch: Int) -> [Range<Int>] {
    let size = size(batch: batch)
    return stride(from: 0, to: batch, by: size).map { $0..<min($0 + size, batch) }
  }
}
