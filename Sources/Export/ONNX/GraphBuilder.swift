import FileFormats

/// A graph under construction: operations in the order in which they run, each named by its output.
struct GraphBuilder {
  /// Constants in the graph.
  struct Constant {
    enum Numbers {
      case wholes([Int])
      case doubles([Double])
      /// Weights, which may be in another file.
      case floats([Float])
    }

    let name: String
    let shape: [Int]
    let numbers: Numbers
  }

  /// An attribute of an operation.
  enum Attribute {
    case whole(String, Int)
    case text(String, String)
    case wholes(String, [Int])
    case texts(String, [String])
  }

  /// The domain of operations on strings.
  static let mlDomain = "ai.onnx.ml"

  private(set) var nodes: [ProtocolBuffer] = []
  private(set) var constants: [Constant] = []
  private(set) var inputs: [GraphValue] = []
  private(set) var outputs: [GraphValue] = []
  /// Whether an operation of ``mlDomain`` is used.
  private(set) var usesMLDomain = false
  private var names: Set<String> = []

  /// The inputs.
  mutating func input(_ value: GraphValue) -> String {
    inputs.append(value)
    names.insert(value.name)
    return value.name
  }

  /// Makes a value an output with its own name.
  mutating func output(_ value: GraphValue, from name: String) {
    outputs.append(value)
    _ = apply("Identity", [name], as: value.name)
  }

  /// Adds an operation with one output.
  ///
  /// - Parameter name: the name of the output; a number is appended if the name exists.
  /// - Returns: the name of the output.
  mutating func apply(
    _ operation: String, _ inputs: [String], _ attributes: [Attribute] = [], domain: String = "", as name: String
  ) -> String {
    let output = fresh(name)
    add(operation, inputs, attributes, domain: domain, outputs: [output])
    return output
  }

  /// The largest elements of each row and where they are.
  ///
  /// - Parameter count: the name of a value with their number, one whole number.
  mutating func largest(of value: String, count: String) -> (values: String, places: String) {
    let (values, places) = (fresh("largest"), fresh("largest_places"))
    add("TopK", [value, count], [.whole("axis", -1)], domain: "", outputs: [values, places])
    return (values, places)
  }

  /// A vector of whole numbers.
  mutating func wholes(_ numbers: [Int], as name: String) -> String {
    constant(name, shape: [numbers.count], .wholes(numbers))
  }

  /// A scalar whole number.
  mutating func whole(_ number: Int, as name: String) -> String { constant(name, shape: [], .wholes([number])) }

  /// A scalar number.
  mutating func number(_ number: Float, as name: String) -> String { constant(name, shape: [], .floats([number])) }

  /// A scalar number in double precision.
  mutating func double(_ number: Double, as name: String) -> String { constant(name, shape: [], .doubles([number])) }

  /// The default of an input, so that a caller may leave it out.
  mutating func defaultValue(of input: String, shape: [Int], _ numbers: Constant.Numbers) {
    constants.append(Constant(name: input, shape: shape, numbers: numbers))
  }

  /// A tensor, stored once however often it is used.
  mutating func tensor(_ name: String, _ tensor: Tensor) -> String {
    if !names.contains(name) {
      names.insert(name)
      constants.append(Constant(name: name, shape: tensor.shape, numbers: .floats(tensor.values)))
    }
    return name
  }

  private mutating func constant(_ name: String, shape: [Int], _ numbers: Constant.Numbers) -> String {
    let name = fresh(name)
    constants.append(Constant(name: name, shape: shape, numbers: numbers))
    return name
  }

  private mutating func fresh(_ name: String) -> String {
    if names.insert(name).inserted { return name }
    var number = 2
    while !names.insert("\(name)_\(number)").inserted { number += 1 }
    return "\(name)_\(number)"
  }

  private mutating func add(
    _ operation: String, _ inputs: [String], _ attributes: [Attribute], domain: String, outputs: [String]
  ) {
    var node = ProtocolBuffer()
    for input in inputs { node.add(ONNXField.Node.input, input) }
    for output in outputs { node.add(ONNXField.Node.output, output) }
    node.add(ONNXField.Node.name, outputs[0])
    node.add(ONNXField.Node.operation, operation)
    node.add(ONNXField.Node.attribute, each: attributes.map(\.message))
    if !domain.isEmpty {
      node.add(ONNXField.Node.domain, domain)
      usesMLDomain = true
    }
    nodes.append(node)
  }
}

extension GraphBuilder.Attribute {
  /// `AttributeProto`.
  fileprivate var message: ProtocolBuffer {
    typealias Field = ONNXField.Attribute
    var message = ProtocolBuffer()
    switch self {
    case .whole(let name, let value):
      message.add(Field.name, name)
      message.add(Field.whole, value)
      message.add(Field.type, Field.Kind.whole)
    case .text(let name, let value):
      message.add(Field.name, name)
      message.add(Field.text, value)
      message.add(Field.type, Field.Kind.text)
    case .wholes(let name, let values):
      message.add(Field.name, name)
      for value in values { message.add(Field.wholes, value) }
      message.add(Field.type, Field.Kind.wholes)
    case .texts(let name, let values):
      message.add(Field.name, name)
      for value in values { message.add(Field.texts, value) }
      message.add(Field.type, Field.Kind.texts)
    }
    return message
  }
}
