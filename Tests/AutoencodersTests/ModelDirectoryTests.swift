import Autoencoders
import Compute
import FileFormats
import Foundation
import InteractionData
import TestSupport
import Testing

@Suite("Model directories")
struct ModelDirectoryTests {
  private static let rows = randomRows(30, 70, density: 0.15, seed: 170, ratings: [1, 2, 3, 4, 5])
  private static let items = Vocabulary(ids: (0..<70).map { "item \($0)" })
  private static let users = Vocabulary(ids: (0..<30).map { "user \($0)" })
  private static let names = Zoo.models.map { $0.name }

  private func directory(_ name: String, users count: Int = 30) throws -> ModelDirectory {
    let plain = try #require(Zoo.named(name), "no model \(name)")
    let configuration = try plain.settingWhereKnown(["latent": 4, "epochs": 2, "learningRate": 0.01])
    let trainer = Trainer(processor: Processor(engine: .gsl, threads: 1), seed: Seed(1))
    var record = ModelRecord(facts: RunFacts(seed: Seed(1), trainer.processor))
    record.others = ["remark": "made up"]
    return ModelDirectory(
      configuration: configuration,
      model: try configuration.fit(to: Self.rows, trainer: trainer, validate: nil).model,
      items: Self.items, users: configuration.keepsUsers ? Self.users : nil,
      record: record)
  }

  /// Writes a model, changes something, and gives back the text of the error that reading then is.
  private func readingError(_ name: String, after change: (_ path: String) throws -> Void) throws -> String {
    try withTemporaryDirectory { root in
      let path = root + "/model"
      try directory(name).write(to: path, card: "# card\n")
      try change(path)
      do {
        _ = try ModelDirectory(contentsOf: path)
        return "no error"
      } catch { return "\(error)".replacing(root, with: "") }
    }
  }

  private func replace(_ old: String, _ new: String, in path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains(old), "\(path) has no \(old)")
    try text.replacing(old, with: new).write(toFile: path, atomically: false, encoding: .utf8)
  }

  @Test("a model read back has the same configuration, ids, record and scores, bit by bit", arguments: names)
  func roundTrip(_ name: String) throws {
    try withTemporaryDirectory { root in
      var (path, written) = (root + "/model", try directory(name))
      try written.write(to: path, card: "# card\n")
      // A directory without it, as versions before wrote them, is read all the same.
      #expect(try ModelDirectory(contentsOf: path).itemPopularity == nil)
      path = root + "/other"
      written.itemPopularity = ItemPopularity(of: Self.rows)
      let items = written.items
      #expect(try ModelDirectory(contentsOf: root + "/model").titles == nil)
      written.titles = ItemTitles(
        items: items, titles: items.ids.map { "Title of \($0)" }, genres: items.ids.map { _ in ["Drama"] })
      try written.write(to: path, card: "# card\n")
      let read = try ModelDirectory(contentsOf: path)
      #expect(read.itemPopularity == written.itemPopularity && read.titles == written.titles)
      #expect(read.configuration.isEqual(to: written.configuration))
      #expect(read.items == written.items && read.users == written.users)
      #expect(read.record == written.record && read.record.others == ["remark": "made up"])
      #expect(read.model.parameterCount == written.model.parameterCount)
      #expect(read.model.tensors == written.model.tensors)
      let profiles = Profiles(items: Self.rows, trainingRows: Array(0..<30).map(Optional.some))
      if written.model.limitation == nil {
        let scores = try written.model.scores(for: profiles, using: .gsl)
        #expect(try read.model.scores(for: profiles, using: .gsl) == scores)
      } else {
        #expect(throws: CannotScore.self) { try read.model.scores(for: profiles, using: .gsl) }
      }
      #expect(try String(contentsOfFile: path + "/README.md", encoding: .utf8) == "# card\n")
      let files = try FileManager.default.contentsOfDirectory(atPath: path)
      let keepsUsers = written.configuration.keepsUsers
      let others = keepsUsers ? ["checkpoint.safetensors"] : ["checkpoint.safetensors", "users.txt"]
      #expect(Set(files) == Set(ModelDirectory.fileNames).subtracting(others))
    }
  }

  @Test(
    "a missing file is an error that names it",
    arguments: ["config.json", "items.txt", "users.txt", "model.safetensors"])
  func missingFile(_ file: String) throws {
    let text = try readingError("cdae") { try FileManager.default.removeItem(atPath: $0 + "/" + file) }
    #expect(text.hasPrefix("/model/\(file) cannot be read: "), "\(text)")
  }

  @Test("items.txt of another length is refused")
  func shortItems() throws {
    let text = try readingError("mult-vae") { try replace("item 69\n", "", in: $0 + "/items.txt") }
    #expect(text.contains("/model/config.json"), "\(text)")
    #expect(text.contains("has 70 items, but items.txt has 69"), "\(text)")
  }

  @Test("weights of another shape than config.json and items.txt ask for are refused by name")
  func otherShape() throws {
    let text = try readingError("mult-vae") { path in
      try replace("\"latent\" : 4", "\"latent\" : 5", in: path + "/config.json")
    }
    #expect(text.contains("/model/model.safetensors"), "\(text)")
    #expect(text.contains("does not fit config.json and items.txt: tensor "), "\(text)")
    #expect(text.contains("expected"), "\(text)")
    let users = try readingError("cdae") { try replace("user 29\n", "", in: $0 + "/users.txt") }
    #expect(users.contains("tensor user.weight has shape [30, 4], expected [29, 4]"), "\(users)")
  }

  @Test("tensors left over or missing are refused by name")
  func otherTensors() throws {
    let over = try readingError("ae") { path in
      try changeTensors(path) { $0["encoder.9.weight"] = Tensor(shape: [2, 3], values: [0, 0, 0, 0, 0, 0]) }
    }
    #expect(over.contains("tensor encoder.9.weight of shape [2, 3] does not belong to this model"), "\(over)")
    let missing = try readingError("ae") { path in try changeTensors(path) { $0["decoder.0.bias"] = nil } }
    #expect(missing.contains("tensor decoder.0.bias is missing; expected shape [1, 70]"), "\(missing)")
    let counts = try readingError("popularity") { path in try changeTensors(path) { $0 = [:] } }
    #expect(counts.contains("tensor popularity.counts is missing; expected shape [70]"), "\(counts)")
  }

  private func changeTensors(_ path: String, _ change: (inout [String: Tensor]) -> Void) throws {
    var file = try SafeTensors(contentsOf: path + "/model.safetensors")
    change(&file.tensors)
    try file.write(to: path + "/model.safetensors")
  }

  @Test("an unknown model, a hyper-parameter out of range and a file that is no JSON are refused")
  func damagedConfig() throws {
    let unknown = try readingError("ae") { try replace("\"ae\"", "\"vae\"", in: $0 + "/config.json") }
    #expect(unknown.contains("names no known model") && unknown.contains("mult-vae"), "\(unknown)")
    let range = try readingError("dae") { path in
      try replace("\"dropout\" : 0.5", "\"dropout\" : 5", in: path + "/config.json")
    }
    #expect(range.contains("dropout of dae cannot be 5"), "\(range)")
    let text = try readingError("ae") { path in
      try "weights".write(toFile: path + "/config.json", atomically: false, encoding: .utf8)
    }
    #expect(text.contains("is not a JSON object"), "\(text)")
  }

  @Test("a model replaces an older model, and nothing else")
  func replacing() throws {
    try withTemporaryDirectory { root in
      let path = root + "/model"
      try directory("cdae").write(to: path, card: "")
      try directory("ae").write(to: path, card: "")
      #expect(try ModelDirectory(contentsOf: path).configuration.name == "ae")
      #expect(!FileManager.default.fileExists(atPath: path + "/users.txt"))
      try "precious".write(toFile: path + "/thesis.tex", atomically: false, encoding: .utf8)
      let error = #expect(throws: OutputError.self) { try directory("dae").write(to: path, card: "") }
      #expect(
        error?.reason.contains("holds thesis.tex, which would be lost") == true,
        "\(String(describing: error))")
      #expect(try ModelDirectory(contentsOf: path).configuration.name == "ae")
    }
  }
}
