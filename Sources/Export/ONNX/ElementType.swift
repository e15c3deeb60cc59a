/// The element types of a graph's values, with their codes in `onnx.proto` (`TensorProto.DataType`).
enum ElementType: Int {
  case float = 1
  case int64 = 7
  case string = 8
  case double = 11

  /// The form in text.
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
  /// A fixed size.
  case fixed(Int)
  /// The size that a caller passes.
  case named(String)

  /// The form in text.
  var name: String {
    switch self {
    case .fixed(let size): "\(size)"
    case .named(let name): name
    }
  }
}

/// An input or output of a graph.
struct GraphValue {
  let name: String
  let type: ElementType
  let shape: [Dimension]
  /// Its meaning, in words.
  let meaning: String
}
