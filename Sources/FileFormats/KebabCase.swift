extension String {
  /// A name in camel case as flags and config files write it: `learning-rate` for `learningRate`.
  package var kebabCased: String {
    reduce(into: "") { $0 += $1.isUppercase ? "-" + $1.lowercased() : String($1) }
  }
}
