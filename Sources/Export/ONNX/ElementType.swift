/// The kinds of numbers that values of a graph hold, with their codes in `onnx.proto` (`TensorProto.DataType`).
enum ElementType: Int {
  case float = 1
  case int64 = 7
  case string = 8
  case double = 11

  /// As people write it.
  var name: String {
    switch self {
    case .float: "float"
    case .int64: "int64"
    case .string: "string"
    case .double: "double"
    }
  }
}

/// The size of a value along one of its dimensions.
enum Dimension: Equatable {
  /// Always the same.
  case fixed(Int)
  /// Whatever a caller passes.
  case named(String)

  /// As people write it.
  var name: String {
    switch self {
    case .fixed(let size): "\(size)"
    case .named(let name): name
    }
  }
}

/// A value that goes into a graph or comes out of it.
struct GraphValue {
  let name: String
  let type: ElementType
  let shape: [Dimension]
  /// What it means, in words.
  let meaning: String
}
