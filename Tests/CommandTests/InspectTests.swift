import Foundation
import Testing

@Suite("Inspecting from the command line")
struct InspectTests: CommandSuite {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try run("simulate --output p --users 120 --items 60 --tastes 3 --profile-length 12")
    try run("train p/interactions.tsv --model mult-vae --hidden 8 --latent 2 --epochs 3 --output vae")
    try run("train p/interactions.tsv --model ae --latent 2 --epochs 3 --output ae")
  }

  @Test("an AE's rows are null where it has no distribution, and say why; a VAE's are numbers")
  func kinds() throws {
    let found = try document("inspect vae ae p/interactions.tsv --truth p/truth_users.tsv --draws 6")
    let models = try #require(found["models"] as? [[String: Any]])
    #expect(models.compactMap { $0["label"] as? String } == ["vae", "ae"])
    #expect(models[0]["distribution"] is [String: Any] && models[0]["undefined"] is NSNull)
    #expect(models[1]["distribution"] is NSNull)
    #expect(models[1]["undefined"] as? String == "not defined: an AE has no distribution")
    let recovery = try #require((found["recovery"] as? [String: Any])?["rows"] as? [[String: Any]])
    #expect(recovery.compactMap { $0["name"] as? String } == ["vae", "ae", "PCA", "truth"])
    let text = try run("inspect vae ae p/interactions.tsv --draws 6").output
    #expect(text.contains("not defined") && text.contains("| ELBO"))
  }

  @Test("the same bytes on one thread and on two")
  func threads() throws {
    func text(_ threads: Int) throws -> String {
      let text = try run("inspect vae ae p/interactions.tsv --truth p/truth_users.tsv --draws 6 --threads \(threads)")
        .output
      return text.split(separator: "\n").dropFirst().joined(separator: "\n")
    }
    #expect(try text(1) == text(2))
  }

  @Test("a report is one file, and walks are tables")
  func output() throws {
    try run("inspect vae ae p/interactions.tsv --truth p/truth_users.tsv --draws 6 --report r.html")
    let page = try folder.text("r.html")
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("An AE encodes a user to a point"))
    #expect(page.contains("KL by dimension") && page.contains("Users, by true taste"))
    let walk = try run("inspect vae p/interactions.tsv --traverse 2 --steps 4 -k 3").output
    #expect(walk.hasPrefix("vae: dimension 2"))
    #expect(walk.split(separator: "\n").count { $0.hasPrefix("| ") } == 6)
    let between = try document("inspect ae p/interactions.tsv --steps 3 --interpolate user-001 user-002")
    let models = try #require(between["models"] as? [[String: Any]])
    let walks = try #require(models[0]["walks"] as? [[String: Any]])
    #expect((walks[0]["steps"] as? [Any])?.count == 3)
  }

  @Test("what cannot be inspected is refused by name")
  func refusals() throws {
    try run("train p/interactions.tsv --model popularity --output pop")
    try run("simulate --output q --users 60 --items 40 --tastes 2 --profile-length 12 --seed 9")
    try run("train q/interactions.tsv --model ae --latent 2 --epochs 1 --output other")
    func fails(_ line: String, _ status: Int32, _ words: String) throws {
      let outcome = try doppel.run(line.split(separator: " ").map(String.init), in: folder)
      #expect(outcome.status == status && outcome.errors.contains(words), "\(line): \(outcome.errors)")
    }
    try fails("inspect pop p/interactions.tsv", 65, "no latent space")
    try fails("inspect ae other p/interactions.tsv", 65, "other items")
    try fails("inspect ae p/interactions.tsv --traverse 3", 64, "1 to 2")
    try fails("inspect vae p/interactions.tsv --draws 9223372036854775807", 64, "2 to 100000")
    try fails("inspect vae p/interactions.tsv --traverse 1 --steps 9223372036854775807", 64, "2 to 1000")
    try fails("inspect ae p/interactions.tsv --interpolate user-001 nobody", 65, "ae: 'nobody' is not among the users")
    try fails("inspect ae p/interactions.tsv --truth p/items.tsv", 65, "header of a truth")
    try fails("inspect nowhere", 66, "nowhere")
  }

  @Test("codes as a NumPy array and for TensorBoard's projector are those of the table")
  func formats() throws {
    try run("encode vae p/interactions.tsv --output codes.tsv")
    try run("encode vae p/interactions.tsv --format npy --output codes.npy")
    try run("encode vae p/interactions.tsv --format projector --output projector")
    let lines = try folder.text("codes.tsv").split(separator: "\n").dropFirst().map { $0.split(separator: "\t") }
    let table = lines.flatMap { $0.dropFirst().compactMap { Float($0) } }

    let bytes = [UInt8](try folder.data("codes.npy"))
    let length = 10 + Int(bytes[8]) + 256 * Int(bytes[9])
    #expect(bytes.prefix(8) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0] && length % 64 == 0)
    #expect(String(decoding: bytes[10..<length], as: UTF8.self).contains("'shape': (120, 4)"))
    let numbers = stride(from: length, to: bytes.count, by: 4).map { start in
      Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) })
    }
    #expect(numbers == table)

    let vectors = try folder.text("projector/vectors.tsv").split(separator: "\n").map { $0.split(separator: "\t") }
    #expect(vectors.map { $0.compactMap { Float($0) } } == lines.map { $0[1...2].compactMap { Float($0) } })
    let metadata = try folder.text("projector/metadata.tsv").split(separator: "\n")
    #expect(metadata[0] == "user\titems" && metadata.count == 121 && metadata[1].hasPrefix("user-001\t"))
    // Without an event file TensorBoard does not find a folder below --logdir.
    #expect(try folder.data("projector/events.out.tfevents.0000000000.doppel").count == 40)
    // Again in the same place.
    try run("encode vae p/interactions.tsv --format projector --output projector")
  }

  @Test("with a large beta the log says collapse, with none that the posterior is a point")
  func states() throws {
    try run("simulate --output r --users 400 --items 100 --tastes 4 --profile-length 20")
    let train = "train r/interactions.tsv --model mult-vae --hidden 16 --latent 4 --batch-size 50 --no-refit"
    let heavy = try run(
      "\(train) --epochs 12 --patience 0 --annealing-steps 0 --beta 20 --output a --verbose --log a.csv")
    #expect(heavy.errors.contains("posterior collapsed"))
    #expect(heavy.errors.contains("the posterior has collapsed: 0 of 4"))
    let columns = try folder.text("a.csv").split(separator: "\n").last?.split(separator: ",") ?? []
    #expect(columns.contains("collapsed") && columns.last?.split(separator: " ").count == 4)
    let none = try run("\(train) --epochs 120 --patience 0 --beta 0 --output b")
    #expect(none.errors.contains("nearly a point"))
    #expect(try run("inspect a r/interactions.tsv --draws 4").output.contains("a has collapsed"))
  }
}
