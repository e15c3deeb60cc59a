import Autoencoders
import FileFormats

/// The result of an export: the JSON document of `export`.
public struct ExportDocument: Encodable, Sendable, Equatable {
  /// An input or output of the graph.
  public struct Value: Encodable, Sendable, Equatable {
    /// Its name.
    public let name: String
    /// Its type: `float`, `int64` or `string`.
    public let type: String
    /// Its dimensions: numbers, or names if callers choose them.
    public let shape: [String]
  }

  /// A file and its size.
  public struct File: Encodable, Sendable, Equatable {
    /// Its path.
    public let path: String
    /// Its size.
    public let bytes: Int
  }

  /// The model's name.
  public let model: String
  /// The kind of graph.
  public let graph: ModelExport.Graph
  /// The version of the operations.
  public let opset: Int
  /// The inputs; those with a default may be left out.
  public let inputs: [Value]
  /// The outputs.
  public let outputs: [Value]
  /// The number of operations.
  public let operations: Int
  /// The files written, the graph first.
  public let files: [File]
  /// The other files with weights, relative to the graph's folder.
  public let weights: [String]

  /// The same in words.
  public var text: String {
    func words(_ values: [Value]) -> String {
      values.map { "\($0.name) \($0.type) [\($0.shape.joined(separator: ", "))]" }.joined(separator: ", ")
    }
    var text = files.map { "\($0.path): \($0.bytes) bytes\n" }.joined()
    text += "\(model), \(graph.rawValue), \(operations) operations, opset \(opset)\n"
    text += "in:  \(words(inputs))\nout: \(words(outputs))\n"
    if !weights.isEmpty { text += "weights in \(weights.joined(separator: ", ")), which must stay there\n" }
    return text
  }
}

extension ModelExport {
  /// Writes the graph, and if necessary a file of weights beside it, each whole or not at all.
  ///
  /// - Parameters:
  ///   - path: the path of the graph; the other file ends in `.data`.
  ///   - weightsOutside: whether weights are stored outside the graph's file: in the model's own `model.safetensors` if
  ///     it is in the graph's folder or below it, otherwise beside the graph. A graph of more than 2 GB always stores
  ///     them outside.
  /// - Throws: `OutputError` when a file cannot be written; `InputError` and `DataError` when the model's file is
  ///   missing or has changed.
  public func write(to path: String, weightsOutside: Bool = false) throws -> ExportDocument {
    var places = WeightPlaces(inside: path)
    var message = message(places)
    if weightsOutside || message.count > ProtocolBuffer.mostBytes {
      places = try WeightPlaces(
        outside: path, builder.constants, weightsPath: self.path + "/" + ModelDirectory.weightsName)
      message = self.message(places)
    }
    if message.count > ProtocolBuffer.mostBytes {
      throw OutputError(
        path: path, reason: "the graph has \(message.count) bytes without its weights, too many for ONNX")
    }
    // The weights come first, because a graph is useless without them.
    let besides = try places.write(besides: path)
    try AtomicFile.write(to: path) { try message.write(to: &$0) }
    var files = [ExportDocument.File(path: path, bytes: message.count)]
    if let besides { files.append(.init(path: WeightPlaces.path(places.ownName, besides: path), bytes: besides)) }
    func values(_ values: [GraphValue]) -> [ExportDocument.Value] {
      values.map { .init(name: $0.name, type: $0.type.name, shape: $0.shape.map(\.name)) }
    }
    return ExportDocument(
      model: directory.configuration.name, graph: graph, opset: Self.operatorSet, inputs: values(builder.inputs),
      outputs: values(builder.outputs), operations: builder.nodes.count, files: files, weights: places.locations)
  }

  /// `ModelProto`.
  private func message(_ places: WeightPlaces) -> ProtocolBuffer {
    typealias Field = ONNXField.Model
    var model = ProtocolBuffer()
    model.add(Field.irVersion, Self.irVersion)
    model.add(Field.producerName, "doppel")
    model.add(Field.producerVersion, DoppelVersion.current)
    model.add(Field.documentation, "\(directory.configuration.name), \(graph.rawValue)")
    func operators(_ domain: String, _ version: Int) -> ProtocolBuffer {
      var set = ProtocolBuffer()
      set.add(ONNXField.OperatorSet.domain, domain)
      set.add(ONNXField.OperatorSet.version, version)
      return set
    }
    model.add(Field.operatorSet, operators("", Self.operatorSet))
    if builder.usesMLDomain { model.add(Field.operatorSet, operators(GraphBuilder.mlDomain, Self.mlOperatorSet)) }
    for (key, value) in metadata {
      var entry = ProtocolBuffer()
      entry.add(ONNXField.Entry.key, key)
      entry.add(ONNXField.Entry.value, value)
      model.add(Field.metadata, entry)
    }
    model.add(Field.graph, builder.message(named: "\(directory.configuration.name)_\(graph.rawValue)", places))
    return model
  }
}

extension GraphBuilder {
  /// `GraphProto`.
  fileprivate func message(named name: String, _ places: WeightPlaces) -> ProtocolBuffer {
    typealias Field = ONNXField.Graph
    var graph = ProtocolBuffer()
    graph.add(Field.node, each: nodes)
    graph.add(Field.name, name)
    graph.add(Field.initializer, each: constants.map { $0.message(places.places[$0.name] ?? .inside) })
    graph.add(Field.input, each: inputs.map(\.message))
    graph.add(Field.output, each: outputs.map(\.message))
    return graph
  }
}

extension GraphBuilder.Constant {
  /// `TensorProto`.
  fileprivate func message(_ place: WeightPlaces.Place) -> ProtocolBuffer {
    typealias Field = ONNXField.Tensor
    var tensor = ProtocolBuffer()
    for size in shape { tensor.add(Field.dimensions, size) }
    switch numbers {
    case .wholes(let values):
      tensor.add(Field.type, ElementType.int64.rawValue)
      for value in values { tensor.add(Field.wholes, value) }
      tensor.add(Field.name, name)
    case .doubles(let values):
      tensor.add(Field.type, ElementType.double.rawValue)
      for value in values { tensor.add(Field.doubles, value) }
      tensor.add(Field.name, name)
    case .floats(let values):
      tensor.add(Field.type, ElementType.float.rawValue)
      tensor.add(Field.name, name)
      switch place {
      case .inside: tensor.add(Field.bytes, bytesOf: values)
      case .outside(let location, let offset, let length):
        for (key, value) in [("location", location), ("offset", "\(offset)"), ("length", "\(length)")] {
          var entry = ProtocolBuffer()
          entry.add(ONNXField.Entry.key, key)
          entry.add(ONNXField.Entry.value, value)
          tensor.add(Field.externalData, entry)
        }
        tensor.add(Field.location, Field.external)
      }
    }
    return tensor
  }
}

extension GraphValue {
  /// `ValueInfoProto`.
  fileprivate var message: ProtocolBuffer {
    typealias Field = ONNXField.ValueType
    var sizes = ProtocolBuffer()
    for size in shape {
      var dimension = ProtocolBuffer()
      switch size {
      case .fixed(let size): dimension.add(Field.size, size)
      case .named(let name): dimension.add(Field.sizeName, name)
      }
      sizes.add(Field.dimension, dimension)
    }
    var tensor = ProtocolBuffer()
    tensor.add(Field.element, type.rawValue)
    tensor.add(Field.shape, sizes)
    var type = ProtocolBuffer()
    type.add(Field.tensor, tensor)
    var value = ProtocolBuffer()
    value.add(ONNXField.Value.name, name)
    value.add(ONNXField.Value.type, type)
    value.add(ONNXField.Value.documentation, meaning)
    return value
  }
}
