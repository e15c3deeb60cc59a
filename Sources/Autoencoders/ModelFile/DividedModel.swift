import Compute
import FileFormats

/// A fitted model whose weights may be in several processes.
protocol DividedModel {
  /// Writes the weights in the form of ``FittedModel/tensors``, shard by shard as the processes send them, so that no
  /// process has all of them in memory. All processes call it together.
  ///
  /// - Parameter path: the file; `nil` in all processes but the first.
  /// - Returns: whether the weights are in several processes; otherwise nothing has been done.
  /// - Throws: `OutputError`.
  func write(to path: String?, metadata: [String: String]) throws -> Bool
}

extension Autoencoder: DividedModel {
  func write(to path: String?, metadata: [String: String]) throws -> Bool {
    guard let division else { return false }
    let (items, architecture) = (network.itemCount, design.architecture)
    let output = architecture.outputLayer
    var shapes = network.described.reduce(into: [String: [Int]]()) { shapes, parameter in
      shapes[parameter.name] =
        parameter.name.hasSuffix(".bias") ? [parameter.columns] : [parameter.rows, parameter.columns]
    }
    shapes["encoder.0.weight"] = [items, architecture.inputWidth]
    shapes["\(output).weight"] = [items, architecture.decoder.outputs]
    shapes["\(output).bias"] = [items]
    if network.users.rows > 0 { shapes["user.weight"] = [network.users.rows, network.users.columns] }
    func bring(_ name: String, _ append: ([Float]) throws -> Void) throws {
      let part: (ItemShard<Float>) -> Matrix<Float>
      switch name {
      case "encoder.0.weight": part = \.inputWeight
      case "\(output).weight": part = \.outputWeight
      case "\(output).bias": part = \.outputBias
      // The same in all processes.
      case "user.weight": return try append(network.users.elements)
      default: return try append(network[name]?.elements ?? [])
      }
      let width = shapes[name].map { $0.count == 1 ? 1 : $0[1] } ?? 0
      for (index, shard) in network.shards.enumerated() {
        let numbers = part(shard).elements
        try append(division.bring(numbers, count: shard.items.count * width, from: division.owner(of: index)))
      }
    }
    if let path {
      try SafeTensors.write(to: path, shapes: shapes, metadata: metadata, values: bring)
    } else {
      for name in SafeTensors.ordered(shapes.keys) { try bring(name) { _ in } }
    }
    return true
  }
}
