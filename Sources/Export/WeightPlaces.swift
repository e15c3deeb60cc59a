import FileFormats

/// The locations of a graph's weights.
struct WeightPlaces {
  /// One tensor.
  enum Place: Equatable {
    /// In the graph's own file.
    case inside
    /// In a file whose path is relative to that of the graph.
    case outside(location: String, offset: Int, length: Int)
  }

  /// Data that readers map into memory begin at a multiple of this many bytes.
  private static let page = 4096

  /// Where each tensor is, by name; those not listed are in the graph's file.
  private(set) var places: [String: Place] = [:]
  /// The tensors to write beside the graph, in order, each at its offset.
  private(set) var written: [(offset: Int, values: [Float])] = []
  /// The file for ``written``; its name without a folder.
  let ownName: String

  /// All weights in the graph's file.
  init(inside graphPath: String) { ownName = Self.dataName(graphPath) }

  /// Weights outside the graph's file: in the model's own file if it is in the graph's folder or below it, otherwise in
  /// a file beside the graph; small tensors that are in no file stay in the graph's file.
  ///
  /// - Parameters:
  ///   - constants: all numbers of the graph.
  ///   - weightsPath: `model.safetensors`.
  init(outside graphPath: String, _ constants: [GraphBuilder.Constant], weightsPath: String) throws {
    ownName = Self.dataName(graphPath)
    let location = Self.location(of: weightsPath, from: graphPath)
    let stored = location == nil ? [:] : try SafeTensorsFile(contentsOf: weightsPath).places
    var end = 0
    for constant in constants {
      guard case .floats(let values) = constant.numbers else { continue }
      let bytes = 4 * values.count
      // Single-precision numbers must be at multiples of their size.
      if let location, let place = stored[constant.name], place.count == bytes, place.lowerBound % 4 == 0 {
        places[constant.name] = .outside(location: location, offset: place.lowerBound, length: bytes)
      } else if bytes >= Self.page {
        places[constant.name] = .outside(location: ownName, offset: end, length: bytes)
        written.append((end, values))
        end = (end + bytes + Self.page - 1) / Self.page * Self.page
      }
    }
  }

  /// The outside files with weights, in order of first use.
  var locations: [String] {
    var found: [String] = []
    for case .outside(let location, _, _) in places.sorted(by: { $0.key < $1.key }).map(\.value)
    where !found.contains(location) {
      found.append(location)
    }
    return found
  }

  /// Writes the file beside the graph, if there is one.
  ///
  /// - Returns: its size in bytes; `nil` if nothing is written.
  func write(besides graphPath: String) throws -> Int? {
    if written.isEmpty { return nil }
    var position = 0
    try AtomicFile.write(to: Self.path(ownName, besides: graphPath)) { output in
      for (offset, values) in written {
        if offset > position { try output.write([UInt8](repeating: 0, count: offset - position)) }
        try output.write(littleEndian: values)
        position = offset + 4 * values.count
      }
    }
    return position
  }

  /// The path of a file in the graph's folder.
  static func path(_ name: String, besides graphPath: String) -> String {
    guard let slash = graphPath.lastIndex(of: "/") else { return name }
    return graphPath[...slash] + name
  }

  /// The graph's file name after resolving links, with `.data`.
  private static func dataName(_ graphPath: String) -> String {
    (graphPath.split(separator: "/").last.map(String.init) ?? graphPath) + ".data"
  }

  /// The path of a file relative to the graph's folder; `nil` if it is not below it, because readers do not follow
  /// `..`.
  private static func location(of file: String, from graphPath: String) -> String? {
    let (file, graph) = (canonicalPath(file), canonicalPath(graphPath))
    guard let slash = graph.lastIndex(of: "/") else { return nil }
    let folder = graph[...slash]
    return file.hasPrefix(folder) ? String(file.dropFirst(folder.count)) : nil
  }
}
