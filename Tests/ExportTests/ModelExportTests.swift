import Autoencoders
import Compute
import Experiments
import Export
import FileFormats
import Foundation
import InteractionData
import TestSupport
import Testing

/// Whether graphs compute what they should is found out with onnxruntime (`Tests/Outlets`); here, whether they are whole.
@Suite("Export to ONNX")
struct ModelExportTests {
  static let rows = randomRows(40, 50, density: 0.15, seed: 190, ratings: [1, 2, 3, 4, 5])
  static let exported = Zoo.models.map { $0.name }.filter { $0 != "item-autorec" }

  /// A small model in a folder.
  private static func model(_ name: String, in folder: String) throws -> (directory: ModelDirectory, path: String) {
    let plain = try #require(Zoo.named(name))
    let configuration = try plain.settingWhereKnown([
      "latent": 4, "hidden": .array([1100]), "epochs": 1, "batchSize": 20, "rank": 5,
    ])
    let rows = plain.task == .rating ? rows : SparseRows(columnCount: 50, offsets: rows.offsets, indices: rows.indices)
    let trainer = Trainer(processor: Processor(engine: .gsl, threads: 1), seed: Seed(2))
    let model = try configuration.fit(to: rows, trainer: trainer, validate: nil).model
    let items = Vocabulary(ids: (0..<50).map { "item \($0)" })
    let users = Vocabulary(ids: (0..<40).map { "user \($0)" })
    let directory = ModelDirectory(
      configuration: configuration, model: model, items: items, users: configuration.keepsUsers ? users : nil)
    let path = "\(folder)/model"
    try directory.write(to: path, card: "")
    return (directory, path)
  }

  private static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  private static func graph(_ path: String) throws -> MessageReader {
    try #require(try MessageReader(bytes(path)).messages(7).first)
  }

  @Test("every operation reads what there is by then, and every output is made once", arguments: exported)
  func wiring(_ name: String) throws {
    try withTemporaryDirectory { folder in
      let (directory, path) = try Self.model(name, in: folder)
      var graphs: [ModelExport.Graph] = [.recommend]
      if case .none = directory.model.latent {} else { graphs = ModelExport.Graph.allCases }
      for kind in graphs {
        for (usesIDs, takesUsers) in [(false, false), (true, false)]
          + (name == "cdae" ? [(false, true), (true, true)] : [])
        {
          let export = try ModelExport(of: directory, at: path, as: kind, usesIDs: usesIDs, takesUsers: takesUsers)
          let written = try export.write(to: folder + "/g.onnx")
          let graph = try Self.graph(folder + "/g.onnx")
          let constants = try graph.messages(5).flatMap { $0.texts(8) }
          let inputs = try graph.messages(11).flatMap { $0.texts(1) }
          var known = Set(constants + inputs)
          #expect(Set(constants).count == constants.count && inputs == written.inputs.map(\.name))
          for node in try graph.messages(1) {
            for input in node.texts(1) { #expect(known.contains(input), "\(node.texts(4)) reads \(input)") }
            for output in node.texts(2) { #expect(known.insert(output).inserted, "\(output) is made twice") }
          }
          let outputs = try graph.messages(12).flatMap { $0.texts(1) }
          #expect(outputs == written.outputs.map(\.name) && known.isSuperset(of: outputs))
          #expect(written.weights.isEmpty && written.files.count == 1)
          #expect(inputs.contains("users") == (takesUsers && kind != .decode))
        }
      }
    }
  }

  @Test("the same model gives the same bytes, and they say where it is from")
  func metadata() throws {
    try withTemporaryDirectory { folder in
      let (directory, path) = try Self.model("mult-vae", in: folder)
      let export = try ModelExport(of: directory, at: path, as: .recommend)
      let written = try export.write(to: folder + "/a.onnx")
      _ = try export.write(to: folder + "/b.onnx")
      let bytes = try Self.bytes(folder + "/a.onnx")
      #expect(try bytes == Self.bytes(folder + "/b.onnx") && written.files[0].bytes == bytes.count)
      let model = try MessageReader(bytes)
      #expect(model.wholes(1) == [8] && model.texts(2) == ["doppel"])
      #expect(try model.messages(8).map { $0.wholes(2) } == [[18]])
      let entries = try model.messages(14).map { ($0.texts(1)[0], $0.texts(2)[0]) }
      let properties = Dictionary(uniqueKeysWithValues: entries)
      #expect(properties["doppel.model"] == "mult-vae" && properties["doppel.items"] == "50")
      #expect(properties["doppel.version"] == DoppelVersion.current && properties["license"] != nil)
    }
  }

  @Test("weights outside are read from the model's file where a graph can reach it, else from one beside the graph")
  func outside() throws {
    try withTemporaryDirectory { folder in
      let (directory, path) = try Self.model("mult-vae", in: folder)
      let export = try ModelExport(of: directory, at: path, as: .recommend)
      try FileManager.default.createDirectory(atPath: folder + "/other", withIntermediateDirectories: false)
      for (place, location) in [("", "model/model.safetensors"), ("other/", "g.onnx.data")] {
        let written = try export.write(to: folder + "/\(place)g.onnx", weightsOutside: true)
        #expect(written.weights == [location] && written.files.count == (place.isEmpty ? 1 : 2))
        let file = try Self.bytes(folder + "/" + place + location)
        var found = 0
        for tensor in try Self.graph(folder + "/\(place)g.onnx").messages(5) where !tensor.bytes(13).isEmpty {
          let pairs = try tensor.messages(13).map { ($0.texts(1)[0], $0.texts(2)[0]) }
          let entries = Dictionary(uniqueKeysWithValues: pairs)
          let offset = try #require(Int(entries["offset"] ?? ""))
          let length = try #require(Int(entries["length"] ?? ""))
          #expect(entries["location"] == location && tensor.wholes(14) == [1] && tensor.bytes(9).isEmpty)
          #expect(offset % (place.isEmpty ? 4 : 4096) == 0)
          let values = stride(from: offset, to: offset + length, by: 4).map { start in
            Float(bitPattern: file[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
          }
          #expect(values == directory.model.tensors[tensor.texts(8)[0]]?.values)
          found += 1
        }
        // All matrices and biases, or those that fill a page.
        #expect(found == (place.isEmpty ? 8 : 6), "\(found) tensors outside")
      }
    }
  }

  @Test("a model without such a graph is refused with its name, and nothing is written")
  func refusals() throws {
    try withTemporaryDirectory { folder in
      let (ease, path) = try Self.model("ease", in: folder)
      for graph in [ModelExport.Graph.encode, .decode] {
        #expect { _ = try ModelExport(of: ease, at: path, as: graph) } throws: {
          ($0 as? DataError)?.description.contains("is ease, which has no latent space") == true
        }
      }
      #expect { _ = try ModelExport(of: ease, at: path, as: .recommend, takesUsers: true) } throws: {
        ($0 as? DataError)?.description.contains("is ease, which has no user vectors") == true
      }
      let (items, other) = try Self.model("item-autorec", in: folder)
      for graph in ModelExport.Graph.allCases {
        #expect(throws: DataError.self) { _ = try ModelExport(of: items, at: other, as: graph) }
      }
    }
  }
}
