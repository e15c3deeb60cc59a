import Communication
import FileFormats
import Foundation

/// A tensor of a checkpoint that is divided among processes: its owner and its full shape.
struct StoredTensor {
  /// The process that has its numbers; the first, if all have them.
  let owner: Int
  /// The shape in the file.
  let shape: [Int]

  /// The number of numbers.
  var count: Int { shape.reduce(1, *) }

  /// - Parameters:
  ///   - name: the name in ``TrainerState``.
  ///   - tensor: this process's part of it.
  init(named name: String, of tensor: Tensor, _ division: ShardDivision) {
    guard let (shard, part) = Self.shard(in: name), division.items.indices.contains(shard) else {
      (owner, shape) = (0, tensor.shape)
      return
    }
    owner = division.owner(of: shard)
    shape = Self.shape(of: part, in: name, items: division.items[shard].count, width: tensor.shape[1])
  }

  /// The full shape of a matrix of a shard.
  ///
  /// - Parameter width: H or D.
  static func shape(of part: Substring, in name: String, items: Int, width: Int) -> [Int] {
    // A kept encoder has no last layer.
    let items = name.hasPrefix("kept/") && part != "input" ? 0 : items
    return part == "bias" ? [1, items] : [items, width]
  }

  /// The shard of a tensor, and its matrix in the shard; `nil` if it belongs to none.
  static func shard(in name: String) -> (index: Int, part: Substring)? {
    let words = name.drop { $0 != "/" }.dropFirst().split(separator: ".", omittingEmptySubsequences: false)
    guard words.count == 3, words[0] == "shard", let index = Int(words[1]) else { return nil }
    return (index, words[2])
  }
}

extension TrainerState {
  /// Gives each process the parts it needs of a checkpoint that the first reads, tensor by tensor: all except other
  /// processes' shards.
  ///
  /// - Parameter stored: the checkpoint, in the first process; `nil` if there is none.
  static func distributed(_ stored: StoredState?, among communicator: any Communicator) throws -> TrainerState? {
    struct Contents: Codable {
      var position: TrainingPosition
      var names: [String]
      var shapes: [[Int]]
    }
    var contents: [UInt8] = []
    if communicator.isRoot, let stored {
      let shapes = stored.file.shapes
      let names = SafeTensors.ordered(shapes.keys)
      contents = Array(
        try CheckpointFile.encoder().encode(
          Contents(position: stored.position, names: names, shapes: names.map { shapes[$0] ?? [] })))
    }
    contents = try communicator.broadcast(contents)
    if contents.isEmpty { return nil }
    let found = try CheckpointFile.decoder().decode(Contents.self, from: Data(contents))
    let shards = found.names.count { $0.hasPrefix("weights/shard.") && $0.hasSuffix(".input") }
    let runs = ShardDivision.runs(shards: shards, ranks: communicator.size)
    var tensors: [String: Tensor] = [:]
    for (name, shape) in zip(found.names, found.shapes) {
      let (count, numbers) = (shape.reduce(1, *), try stored?.file.tensor(name, finite: false)?.values ?? [])
      let owner = StoredTensor.shard(in: name).flatMap { place in runs.firstIndex { $0.contains(place.index) } }
      guard let owner else {
        tensors[name] = Tensor(shape: shape, values: try communicator.broadcast(numbers, count: count))
        continue
      }
      if owner == 0 {
        if communicator.isRoot { tensors[name] = Tensor(shape: shape, values: numbers) }
        continue
      }
      let nobody = [Int](repeating: 0, count: communicator.size)
      var (sent, got) = (nobody, nobody)
      if communicator.isRoot { sent[owner] = count }
      if communicator.rank == owner { got[0] = count }
      let values = try communicator.exchange(communicator.isRoot ? numbers : [], sent: sent, got: got)
      if communicator.rank == owner { tensors[name] = Tensor(shape: shape, values: values) }
    }
    return TrainerState(position: found.position, tensors: tensors)
  }
}
