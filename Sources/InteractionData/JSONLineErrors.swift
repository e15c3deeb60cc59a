import FileFormats

/// Errors in JSON lines, with what would be accepted.
struct JSONLineErrors {
  let path: String

  static let accepted = "one JSON object a line, such as {\"user_id\": \"u1\", \"item_id\": \"i1\", \"rating\": 4}"

  /// A line that is not a JSON object.
  func malformed(_ bytes: Span<UInt8>, _ start: Int, _ fault: JSONFault, line: Int) -> DataError {
    let text = text(bytes, start)
    if start < bytes.count, bytes[start] != UInt8(ascii: "{") {
      return DataError(path: path, line: line, text: text, message: "is not a JSON object", accepted: Self.accepted)
    }
    let place = "at byte \(fault.position - start + 1)"
    let message =
      switch fault.reason {
      case .incomplete: "is not a complete JSON object: the line ends too early"
      case .unexpected: "is not JSON \(place)"
      case .control: "has a control character in a string \(place); JSON writes it as an escape"
      case .escape: "has an unknown escape or half a surrogate pair \(place)"
      case .encoding: "is not UTF-8 \(place)"
      case .number: "is not a JSON number \(place)"
      case .depth: "is nested deeper than \(JSONCursor.deepest) brackets \(place)"
      }
    return DataError(path: path, line: line, text: text, message: message, accepted: Self.accepted)
  }

  func textAfterObject(_ bytes: Span<UInt8>, _ start: Int, line: Int) -> DataError {
    DataError(
      path: path, line: line, text: text(bytes, start), message: "follows the object of this line",
      accepted: Self.accepted)
  }

  func tooLong(_ bytes: Span<UInt8>, _ start: Int, line: Int) -> DataError {
    DataError(
      path: path, line: line, text: text(bytes, start),
      message: "is a line of more than \(RowParser.longestLine) bytes", accepted: Self.accepted)
  }

  // MARK: Fields

  func missing(_ name: [UInt8], _ role: ColumnRole, _ bytes: Span<UInt8>, _ start: Int, line: Int) -> DataError {
    DataError(
      path: path, line: line, text: text(bytes, start),
      message: "has no field \"\(String(decoding: name, as: UTF8.self))\"", accepted: Self.accepted(role))
  }

  func twice(_ name: [UInt8], _ bytes: Span<UInt8>, _ start: Int, line: Int) -> DataError {
    DataError(
      path: path, line: line, text: text(bytes, start),
      message: "has the field \"\(String(decoding: name, as: UTF8.self))\" twice", accepted: "each field once")
  }

  /// A value that is not valid for its field.
  func wrong(_ value: JSONToken, _ role: ColumnRole, _ bytes: Span<UInt8>, line: Int) -> DataError {
    let isEmpty = value.kind == .string && value.start == value.end
    if isEmpty && (role == .user || role == .item) {
      return DataError(path: path, line: line, message: "has an empty \(role)", accepted: Self.accepted(role))
    }
    let message =
      switch role {
      case .user, .item: "is not a valid \(role) id"
      case .rating: "is not a rating"
      case .timestamp: "is not a timestamp"
      }
    return DataError(
      path: path, line: line, text: text(bytes, value.start, value.end), message: message,
      accepted: Self.accepted(role))
  }

  private static func accepted(_ role: ColumnRole) -> String {
    switch role {
    case .user, .item: "a string without control characters, or a whole number (\(role.option) says which field)"
    case .rating: "a finite number such as 4 or 3.5 (\(role.option) selects the field; none ignores it)"
    case .timestamp:
      "seconds such as 881250949, milliseconds, or ISO 8601 such as 2010-10-19T23:55:27Z (\(role.option) selects the field; none ignores it)"
    }
  }

  // MARK: Whole files

  /// - Parameter hasObjects: whether the array is one of objects; otherwise its values have no names.
  func array(_ bytes: Span<UInt8>, _ start: Int, hasObjects: Bool, line: Int) -> DataError {
    DataError(
      path: path, line: line, text: text(bytes, start),
      message: hasObjects ? "begins a JSON array" : "is a JSON array, whose values have no names",
      accepted: hasObjects
        ? "one JSON object a line, as jq -c '.[]' writes them: jq -c '.[]' FILE | doppel … -"
        : "one JSON object a line, or a table, as jq -r '@csv' writes it: jq -r '@csv' FILE | doppel … -")
  }

  func spread(_ bytes: Span<UInt8>, _ start: Int, line: Int) -> DataError {
    DataError(
      path: path, line: line, text: text(bytes, start), message: "begins a JSON object of several lines",
      accepted: "one JSON object a line, as jq -c writes them: jq -c . FILE | doppel … -")
  }

  func dictionary(_ bytes: Span<UInt8>, _ start: Int, line: Int) -> DataError {
    DataError(
      path: path, line: line, text: text(bytes, start),
      message: "is a Python dictionary, not JSON: its names are in single quotes",
      accepted: "JSON lines, as Python's json.dumps(ast.literal_eval(line)) writes them")
  }

  /// The beginning of a line, or of `bytes[start..<end]`.
  private func text(_ bytes: Span<UInt8>, _ start: Int, _ end: Int = .max) -> String {
    let text = (start..<max(start, min(end, bytes.count, start + 300))).map { bytes[$0] }.prefix { $0 != 0x0A }
    return String(decoding: text.last == 0x0D ? text.dropLast() : text, as: UTF8.self)
  }
}
