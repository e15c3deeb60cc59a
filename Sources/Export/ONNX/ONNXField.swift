/// The numbers of fields in `onnx.proto` (onnx/onnx, IR version 8) that are written here.
enum ONNXField {
  /// `ModelProto`.
  enum Model {
    static let irVersion = 1
    static let producerName = 2
    static let producerVersion = 3
    static let documentation = 6
    static let graph = 7
    static let operatorSet = 8
    static let metadata = 14
  }

  /// `OperatorSetIdProto`.
  enum OperatorSet {
    static let domain = 1
    static let version = 2
  }

  /// `StringStringEntryProto`.
  enum Entry {
    static let key = 1
    static let value = 2
  }

  /// `GraphProto`.
  enum Graph {
    static let node = 1
    static let name = 2
    static let initializer = 5
    static let documentation = 10
    static let input = 11
    static let output = 12
  }

  /// `NodeProto`.
  enum Node {
    static let input = 1
    static let output = 2
    static let name = 3
    static let operation = 4
    static let attribute = 5
    static let domain = 7
  }

  /// `AttributeProto`.
  enum Attribute {
    static let name = 1
    static let whole = 3
    static let text = 4
    static let wholes = 8
    static let texts = 9
    static let type = 20

    /// `AttributeProto.AttributeType`.
    enum Kind {
      static let whole = 2
      static let text = 3
      static let wholes = 7
      static let texts = 8
    }
  }

  /// `TensorProto`.
  enum Tensor {
    static let dimensions = 1
    static let type = 2
    static let wholes = 7
    static let name = 8
    static let bytes = 9
    static let doubles = 10
    static let externalData = 13
    static let location = 14
    /// `TensorProto.DataLocation.EXTERNAL`.
    static let external = 1
  }

  /// `ValueInfoProto`.
  enum Value {
    static let name = 1
    static let type = 2
    static let documentation = 3
  }

  /// `TypeProto`, `TypeProto.Tensor`, `TensorShapeProto`, `TensorShapeProto.Dimension`.
  enum ValueType {
    static let tensor = 1
    static let element = 1
    static let shape = 2
    static let dimension = 1
    static let size = 1
    static let sizeName = 2
  }
}
