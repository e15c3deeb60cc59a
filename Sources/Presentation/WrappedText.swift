extension String {
  /// The text in lines of at most `width` characters, broken between words; a longer word gets its own line.
  public func wrapped(at width: Int) -> String {
    var (lines, line): ([String], String) = ([], "")
    for word in split(separator: " ") {
      if line.isEmpty {
        line = String(word)
      } else if line.count + 1 + word.count <= width {
        line += " " + word
      } else {
        lines.append(line)
        line = String(word)
      }
    }
    return (lines + [line]).joined(separator: "\n")
  }
}
