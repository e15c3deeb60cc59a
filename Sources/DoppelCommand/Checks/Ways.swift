/// Ways that exclude one another, such as `--items` and `--users` of recommend.
///
/// As a flag on the command line takes precedence over the same flag in a config file, a way taken on the command line takes
/// precedence over the other ways in the file: their flags there are left out.
struct Ways {
  private let ways: [Way]

  init(_ ways: Way...) { self.ways = ways }

  /// Whether a flag of a config file is left out for the sake of the command line.
  func leaveOut(_ flag: TypedWords.Flag, besides typed: TypedWords) -> Bool {
    let taken = ways.filter { $0.isTaken(by: typed) }
    return !taken.isEmpty && !taken.contains { $0.has(flag) } && ways.contains { $0.has(flag) }
  }
}

/// One of several ways.
struct Way {
  /// What takes a way.
  enum Sign {
    /// A flag, whatever its value.
    case flag(String)
    /// A flag with this value.
    case value(String, String)
    /// A flag with any other value.
    case anyValue(String, but: String)
    /// At least this many arguments.
    case arguments(Int)

    fileprivate func matches(_ flag: TypedWords.Flag) -> Bool {
      switch self {
      case .flag(let name): flag.name == name
      case .value(let name, let value): flag.name == name && flag.value == value
      case .anyValue(let name, let value): flag.name == name && flag.value != value
      case .arguments: false
      }
    }
  }

  private let signs: [Sign]
  private let details: [String]

  /// - Parameters:
  ///   - signs: each of them takes the way.
  ///   - details: flags that belong to the way without taking it. On the command line beside another way, they are refused.
  init(_ signs: Sign..., with details: [String] = []) { (self.signs, self.details) = (signs, details) }

  fileprivate func has(_ flag: TypedWords.Flag) -> Bool {
    details.contains(flag.name) || signs.contains { $0.matches(flag) }
  }

  fileprivate func isTaken(by typed: TypedWords) -> Bool {
    signs.contains { sign in
      if case .arguments(let count) = sign { return typed.arguments >= count }
      return typed.flags.contains { sign.matches($0) }
    }
  }
}

/// The words of a command line, told apart.
struct TypedWords {
  /// A flag, such as `--epochs`, and its value.
  struct Flag {
    let name: String
    let value: String?
  }

  private(set) var flags: [Flag] = []
  /// How many words are neither flags nor their values.
  private(set) var arguments = 0

  init(_ words: [String], _ known: KnownFlags) {
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        arguments += rest.count
        return
      }
      guard word.hasPrefix("-") && word != "-" else {
        arguments += 1
        continue
      }
      var flag = Flag(word: word)
      if flag.value == nil && known.takesValue(flag.name) == true { flag = Flag(name: word, value: rest.popFirst()) }
      flags.append(flag)
    }
  }
}

extension TypedWords.Flag {
  /// A flag by itself, or with its value after an equals sign.
  init(word: String) {
    name = String(word.prefix { $0 != "=" })
    value = name.count < word.count ? String(word.dropFirst(name.count + 1)) : nil
  }
}
