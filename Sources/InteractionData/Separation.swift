import FileFormats

/// Detects the separator of the columns.
///
/// Characters that separate also occur in ids, titles and decimal numbers, so a character that cuts the lines evenly
/// need not be the separator. Every candidate is compared with every other; the one that wins every time is taken, and
/// if none does, there is no guess.
struct Separation {
  let lines: FirstLines
  private let samples: [TableSample]

  init(_ lines: FirstLines) {
    self.lines = lines
    samples = Delimiter.recognised.filter { TableSample.width(of: lines.first.bytes, $0) > 1 }
      .map { TableSample(lines, $0) }
  }

  /// The lines cut by the separator.
  ///
  /// - Throws: ``DataError`` when there are two equally likely readings.
  func decide() throws -> TableSample? {
    guard samples.count > 1 else { return samples.first }
    let even = samples.filter(\.isEven)
    guard !even.isEmpty else {
      // Some line is malformed, and the parser reports it.
      return samples.max { evidence($0) < evidence($1) }
    }
    for candidate in even where even.allSatisfy({ $0.delimiter == candidate.delimiter || beats(candidate, $0) }) {
      // One line with a wrong number of columns must not make a character of the ids the separator.
      let rival = samples.first { other in
        !other.isEven && other.cutsEveryLine && other.delimiter != .blanks && !isProse(other.delimiter)
          && header(candidate) < 2
          && candidate.isColumn(0) { contains($0, other.delimiter) }
      }
      if let rival { throw ambiguous(candidate, rival) }
      return candidate
    }
    throw ambiguous(even[0], even[1])
  }

  /// The evidence for a separator that does not cut evenly.
  private func evidence(_ sample: TableSample) -> (Int, Int, Double, Int) {
    let place = Delimiter.recognised.firstIndex(of: sample.delimiter) ?? 0
    return (header(sample), sample.delimiter == .blanks ? 0 : 1, sample.evenness, -place)
  }

  /// How many of the user and item columns the first line names.
  private func header(_ sample: TableSample) -> Int {
    let names = ColumnNames(sample.first)
    return [ColumnRole.user, .item].count { names.column(of: $0) != nil }
  }

  private func ambiguous(_ one: TableSample, _ other: TableSample) -> DataError {
    let accepted = [one, other].map { "--delimiter \($0.delimiter.option)" }.joined(separator: " or ")
    return DataError(
      path: lines.path, line: lines.first.number, text: String(decoding: lines.first.bytes, as: UTF8.self),
      message:
        "can be cut at \(one.delimiter) (\(one.width) columns) and at \(other.delimiter) (\(other.width) columns)",
      accepted: accepted)
  }

  // MARK: One against the other

  private func beats(_ one: TableSample, _ other: TableSample) -> Bool {
    let (names, otherNames) = (header(one), header(other))
    if names != otherNames && max(names, otherNames) == 2 { return names == 2 }
    if isSound(one) != isSound(other) { return isSound(one) }
    // No id holds a tab.
    if one.delimiter == .tab || other.delimiter == .tab { return one.delimiter == .tab }
    if one.delimiter == .blanks { return blanks(one, beat: other) ?? false }
    if other.delimiter == .blanks { return blanks(other, beat: one).map { !$0 } ?? false }
    let (typed, otherTyped) = (typedColumns(one), typedColumns(other))
    if typed != otherTyped {
      if min(typed, otherTyped) == 0 { return typed > otherTyped }
      // Three even columns with a rating beat two, four with a time three.
      if (typed > otherTyped) == (one.width > other.width) { return typed > otherTyped }
    }
    if typed != otherTyped || one.width != other.width && typed > 0 { return false }
    let (prose, otherProse) = (isProse(one.delimiter), isProse(other.delimiter))
    if prose != otherProse { return otherProse }
    return isNumbered(one) && !hasNumericColumn(other)
  }

  /// Whether blanks separate, or `other`, or neither can be excluded.
  private func blanks(_ blanks: TableSample, beat other: TableSample) -> Bool? {
    if typedColumns(other) > 0 { return false }
    // Here the only comma is that of a decimal number: `u1 i1 4,5`.
    let texts = (0..<blanks.width).filter { !blanks.isColumn($0, of: TableSample.looksNumeric) }
    let areClean = texts.allSatisfy { column in blanks.values(column).allSatisfy { !contains($0, other.delimiter) } }
    let cutsIds = (0..<other.width).allSatisfy { column in other.isColumn(column) { contains($0, .blanks) } }
    if typedColumns(blanks) > 0 && (areClean || cutsIds) { return true }
    // Titles have blanks: `u1,Toy Story`.
    if !other.isColumn(0, of: { contains($0, .blanks) }) { return false }
    if blanks.width > 2 { return false }
    return isNumbered(blanks) && !hasNumericColumn(other) ? true : nil
  }

  /// Whether a reading gives columns with plausible values.
  private func isSound(_ sample: TableSample) -> Bool {
    if sample.hasFaults { return false }
    let filled = (0..<min(sample.width, 64)).count { column in sample.values(column).allSatisfy { !$0.isEmpty } }
    if filled < 2 { return false }
    guard sample.delimiter == .blanks || sample.delimiter == .tab else { return true }
    // In `user, item` and `user ; item`, the blanks belong to another separator.
    let marks = [",", ";", "|", "::"]
    return !(0..<min(sample.width, 64)).contains { column in
      sample.isColumn(column) { text in marks.contains { text.hasPrefix($0) || text.hasSuffix($0) } }
    }
  }

  /// How many columns after the second hold numbers or times.
  private func typedColumns(_ sample: TableSample) -> Int {
    (2..<max(2, min(sample.width, 16))).count { column in
      sample.isColumn(column) { TableSample.looksNumeric($0) || TableSample.isTime($0) }
    }
  }

  /// Whether users are numbers.
  private func isNumbered(_ sample: TableSample) -> Bool { sample.isWhole(0) }

  private func hasNumericColumn(_ sample: TableSample) -> Bool {
    (0..<min(sample.width, 16)).contains { sample.isColumn($0, of: TableSample.looksNumeric) }
  }

  private func contains(_ text: String, _ delimiter: Delimiter) -> Bool {
    switch delimiter {
    case .blanks: text.contains(" ") || text.contains("\t")
    case .doubleColon: text.contains("::")
    case .byte(let byte): text.utf8.contains(byte)
    }
  }

  /// Whether a separator has a blank after it everywhere, as commas have in text.
  private func isProse(_ delimiter: Delimiter) -> Bool {
    guard case .byte(let byte) = delimiter else { return false }
    return lines.lines.allSatisfy { line in
      zip(line.bytes, line.bytes.dropFirst()).allSatisfy { $0 != byte || $1 == 0x20 }
    }
  }
}
