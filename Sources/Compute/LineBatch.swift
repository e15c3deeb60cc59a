import CKernels

/// The relevant columns of a line, and the form of the plain lines that ``LineBatch`` parses.
public struct LineForm: Sendable {
  let form: dk_line_form

  /// Describes lines.
  ///
  /// - Parameters:
  ///   - columnCount: the number of columns of each line.
  ///   - user: the column of the user; `item`, `rating` and `time` likewise, the last two `nil` if there is none.
  ///   - trims: whether blanks beside the separator, and quotes, are not part of a column.
  ///   - longest: the most bytes of a line, without its end.
  ///   - keepsRatings: whether ratings are wanted, and `keepsTimes` likewise; they are checked in any case.
  /// - Returns: `nil` if a column is beyond the eighth.
  public init?(
    columnCount: Int, user: Int, item: Int, rating: Int?, time: Int?, trims: Bool, longest: Int,
    keepsRatings: Bool, keepsTimes: Bool
  ) {
    let columns = (user, item, rating ?? -1, time ?? -1)
    for column in [columns.0, columns.1, columns.2, columns.3] where column >= min(8, columnCount) { return nil }
    if user < 0 || item < 0 { return nil }
    form = dk_line_form(
      column_count: columnCount, columns: columns, trims: trims ? 1 : 0, longest: longest,
      keeps_ratings: keepsRatings ? 1 : 0, keeps_times: keepsTimes ? 1 : 0)
  }
}

/// Ids of up to 64 lines, each with its first eight bytes as a little-endian number.
public struct IdentifierBatch: Sendable {
  /// Words, lengths, starts and lines, 64 of each.
  @usableFromInline var fields = [UInt64](repeating: 0, count: 4 * LineBatch.most)

  /// The first eight bytes of an id, with 0 beyond its end; for a longer id, the value that was set.
  @inlinable
  @inline(__always)
  public func word(_ index: Int) -> UInt64 { fields[index] }

  /// The length of an id in bytes.
  @inlinable
  @inline(__always)
  public func length(_ index: Int) -> Int { Int(truncatingIfNeeded: fields[LineBatch.most &+ index]) }

  /// Where an id starts in the text.
  @inlinable
  @inline(__always)
  public func start(_ index: Int) -> Int { Int(truncatingIfNeeded: fields[2 &* LineBatch.most &+ index]) }

  /// The line with which an id begins, for users.
  @inlinable
  @inline(__always)
  public func line(_ index: Int) -> Int { Int(truncatingIfNeeded: fields[3 &* LineBatch.most &+ index]) }

  /// Looks the first ids up in a hash table: the number of each, or −1 for a missing id and for one of more than eight
  /// bytes.
  ///
  /// - Parameters:
  ///   - slots: a power of two of them, at least one empty: the word of an id, and its length with 2³² times its number plus one;
  ///     zeros for an empty slot. An id is in the first slot, starting at its hash, that is not occupied by another.
  ///   - count: the number of ids.
  ///   - numbers: receives the numbers.
  /// - Returns: whether all were found.
  public func find(
    in slots: Span<SIMD2<UInt64>>, count: Int, numbers: inout InlineArray<64, Int32>
  ) -> Bool {
    precondition(slots.count.nonzeroBitCount == 1, "\(slots.count) slots")
    let mask = UInt64(slots.count - 1)
    return unsafe slots.withUnsafeBytes { slots in
      guard let table = unsafe slots.baseAddress?.assumingMemoryBound(to: UInt64.self) else { return false }
      return unsafe find(count, &numbers) { ids, numbers in unsafe dk_find_ids(table, mask, ids, count, numbers) != 0 }
    }
  }

  /// Looks the first ids up by their values: the number of each, or −1 for a missing id and for one that is not a decimal number
  /// of at most seven digits without leading zeros.
  ///
  /// - Parameters:
  ///   - places: for each value the number of its id plus one, or 0.
  ///   - count: the number of ids.
  ///   - numbers: receives the numbers.
  /// - Returns: whether all were found.
  public func find(byValue places: Span<Int32>, count: Int, numbers: inout InlineArray<64, Int32>) -> Bool {
    let limit = Int64(places.count)
    return unsafe places.withUnsafeBufferPointer { places in
      guard let table = places.baseAddress else { return false }
      return unsafe find(count, &numbers) { ids, numbers in
        unsafe dk_find_decimals(table, limit, ids, count, numbers) != 0
      }
    }
  }

  /// Lends the ids and a place for their numbers to a search in a table.
  @inline(__always)
  private func find(
    _ count: Int, _ numbers: inout InlineArray<64, Int32>,
    _ search: (_ ids: UnsafePointer<UInt64>, _ numbers: UnsafeMutablePointer<Int32>) -> Bool
  ) -> Bool {
    precondition(0...LineBatch.most ~= count, "\(count) ids of a batch")
    return unsafe fields.withUnsafeBufferPointer { ids in
      var numbers = numbers.mutableSpan
      return unsafe numbers.withUnsafeMutableBufferPointer { numbers in
        guard let ids = ids.baseAddress, let numbers = numbers.baseAddress else { return false }
        return unsafe search(ids, numbers)
      }
    }
  }

  /// Sets the word of an id; for an id longer than eight bytes, its lookup key.
  @inlinable
  public mutating func setWord(_ index: Int, _ word: UInt64) { fields[index] = word }

  mutating func set(_ index: Int, word: UInt64, length: Int, start: Int, line: Int = 0) {
    fields[index] = word
    fields[LineBatch.most + index] = UInt64(length)
    fields[2 * LineBatch.most + index] = UInt64(start)
    fields[3 * LineBatch.most + index] = UInt64(line)
  }
}

/// Up to 64 successive parsed lines: user, item, rating and time, before ids are looked up.
public struct LineBatch: Sendable {
  /// The maximum number of lines, somewhat more than the memory accesses that can be in flight at the same time.
  @inlinable public static var most: Int { 64 }

  /// The item of each line.
  public var items = IdentifierBatch()
  /// The users, with an entry whenever the user changes from one line to the next.
  public var users = IdentifierBatch()
  private var ratings = [Float](repeating: 0, count: most)
  private var times = [Double](repeating: 0, count: most)
  private var state = dk_line_state()

  /// Creates an empty batch.
  public init() {}

  /// The number of lines.
  public var count: Int { state.line_count }
  /// The number of ``users``.
  public var userCount: Int { state.user_count }
  /// Whether there is no room for another line.
  public var isFull: Bool { state.line_count == Self.most }
  /// Whether the last call of ``takeLines(_:of:from:_:)`` stopped at a line that is not plain.
  public var isOddNext: Bool { state.is_odd_next != 0 }
  /// Whether an id read since ``removeAll()`` is longer than eight bytes; its word is 0 unless it has been set.
  public var hasLongIdentifiers: Bool { state.has_long != 0 }

  /// Parses lines as long as they are plain and there is room.
  ///
  /// A plain line has no quote or blank at the ends of a column where these have a meaning, no empty id, a decimal
  /// number of up to eight characters without a sign as rating, and one to fifteen digits as time.
  ///
  /// - Parameters:
  ///   - text: the text searched by `ends`, the same in every call.
  ///   - position: the start of the first line; afterwards, the start of the next one.
  ///   - ends: the ends of columns and lines from `position` on.
  /// - Returns: the number of lines; 0 if the next one is not plain, or continues beyond the part that `ends` has
  ///   searched.
  public mutating func takeLines(
    _ form: LineForm, of text: Span<UInt8>, from position: inout Int, _ ends: inout ByteSearch
  ) -> Int {
    guard ends.isReady(in: text) else { return 0 }
    let (start, count) = (ends.index, ends.count - ends.index)
    precondition(ends.end <= text.count && start + count <= ends.positions.count, "positions within the text")
    state.position = position
    state.used = 0
    let taken = unsafe text.withUnsafeBufferPointer { text in
      unsafe ends.positions.withUnsafeBufferPointer { positions in
        unsafe items.fields.withUnsafeMutableBufferPointer { items in
          unsafe users.fields.withUnsafeMutableBufferPointer { users in
            unsafe ratings.withUnsafeMutableBufferPointer { ratings in
              unsafe times.withUnsafeMutableBufferPointer { times in
                guard let bytes = text.baseAddress, let positions = positions.baseAddress,
                  let items = items.baseAddress, let users = users.baseAddress, let ratings = ratings.baseAddress,
                  let times = times.baseAddress
                else { return 0 }
                return unsafe withUnsafePointer(to: form.form) { form in
                  unsafe dk_take_lines(
                    bytes, text.count, form, positions + start, count, &state, items, users, ratings, times)
                }
              }
            }
          }
        }
      }
    }
    position = state.position
    ends.index += state.used
    return taken
  }

  /// Replaces the times of the most recent lines.
  public mutating func changeTimes(ofLast lines: Int, _ change: (Double) -> Double) {
    for line in count - lines..<count { times[line] = change(times[line]) }
  }

  /// Adds the rating of every line to others; meaningless numbers if lines have none or their form does not keep them.
  public func appendRatings(to others: inout [Float]) { others.append(contentsOf: ratings[..<count]) }

  /// Adds the time of every line to others; meaningless numbers if lines have none or their form does not keep them.
  public func appendTimes(to others: inout [Double]) { others.append(contentsOf: times[..<count]) }

  /// Adds a line of the current user; for another user, call ``append(user:length:start:)`` first.
  public mutating func append(item word: UInt64, length: Int, start: Int, rating: Float, time: Double) {
    precondition(!isFull, "room for a line")
    items.set(state.line_count, word: word, length: length, start: start)
    (ratings[state.line_count], times[state.line_count]) = (rating, time)
    state.line_count += 1
  }

  /// Sets the user of the next line, unless the previous line has the same user and the ids are short.
  public mutating func append(user word: UInt64, length: Int, start: Int) {
    if word == state.last_word && length == state.last_length && 1...8 ~= length { return }
    users.set(state.user_count, word: word, length: length, start: start, line: state.line_count)
    state.user_count += 1
    (state.last_word, state.last_length) = (word, length)
  }

  /// Marks that the next line begins with a new user.
  public mutating func forgetUser() { (state.last_word, state.last_length) = (0, 0) }

  /// Removes the lines, but keeps the user of the last one.
  public mutating func removeAll() {
    (state.line_count, state.user_count, state.has_long) = (0, 0, 0)
  }
}
