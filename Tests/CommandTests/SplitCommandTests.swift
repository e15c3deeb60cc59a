import Foundation
import Testing

/// Splits, filters and what is measured, as the command does them.
@Suite("Splits and filters on the command line")
struct SplitCommandTests: CommandSuite {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("--task rating --min-rating drops a code for no rating and keeps the other values")
  func ratingFilter() throws {
    let lines = (0..<36).map { "\($0 / 6),\($0 * 7 % 11),\($0 % 2 == 0 ? $0 % 10 + 1 : -1)\n" }
    try folder.write("user_id,anime_id,rating\n" + lines.joined(), to: "anime.csv")
    let found = try document("compare anime.csv --task rating --min-rating 1 --models mean")
    #expect((found["dataset"] as? [String: Any])?["interactions"] as? Int == 18)
    #expect((found["notes"] as? [String])?.contains("--min-rating 1 removed 18 of 36 interactions") == true)
  }

  @Test("--min-rating keeps ratings that equal it")
  func equalRating() throws {
    try folder.write(
      "user,item,rating\nu1,a,0.7\nu1,b,0.9\nu1,c,0.5\nu2,a,0.7\nu2,b,0.2\nu2,c,0.9\n", to: "thr.csv")
    for (least, removed) in [("0.7", 2), ("0.9", 4)] {
      let outcome = try run(
        "train thr.csv --min-rating \(least) --model popularity --split interactions --output m --force")
      #expect(outcome.errors.contains("--min-rating \(least) removed \(removed) of 6 interactions"))
    }
  }

  @Test("of two users whose ids differ in bytes alone, --like and --interpolate take the one that is meant")
  func idsByBytes() throws {
    let (composed, decomposed) = ("jos\u{E9}", "jose\u{301}")
    var text = "user\titem\n"
    for item in 0..<6 { text += "\(composed)\ti\(item)\n" }
    for item in 6..<12 { text += "\(decomposed)\ti\(item)\n" }
    for user in 0..<20 { for item in 0..<6 { text += "u\(user)\ti\((user * 5 + item) % 12)\n" } }
    try folder.write(text, to: "v.tsv")
    _ = try run("train v.tsv --model mult-vae --hidden 8 --latent 2 --epochs 5 --output m")
    func latents(_ id: String) throws -> String {
      let outcome = try doppel.run(
        ["inspect", "m", "v.tsv", "--interpolate", id, "u1", "--steps", "2", "--json"], in: folder)
      try #require(outcome.status == 0, "\(outcome.errors)")
      return outcome.output
    }
    #expect(try latents(composed) != latents(decomposed))
    func sample(_ id: String) throws -> String {
      let outcome = try doppel.run(
        ["sample", "m", "--data", "v.tsv", "--like", id, "--spread", "0", "--users", "3", "--output", "-"], in: folder)
      try #require(outcome.status == 0, "\(outcome.errors)")
      return outcome.output
    }
    #expect(try sample(composed) != sample(decomposed))
  }

  @Test("evaluate skips users of whom nothing is known, and measures novelty by the training users")
  func evaluate() throws {
    var (train, test) = ("user,item\n", "user,item\nstranger,i1\n")
    for user in 0..<20 {
      for item in 0..<8 { train += "u\(user),i\((user + item) % 15)\n" }
      test += "u\(user),i\((user + 9) % 15)\nu\(user),i\((user + 11) % 15)\n"
    }
    try folder.write(train, to: "tr.csv")
    try folder.write(test, to: "te.csv")
    _ = try run("train tr.csv --model popularity --output m")
    let line = "evaluate m --train tr.csv --test te.csv --metrics novelty@5"
    let found = try document(line)
    let split = try #require(found["split"] as? [String: Any])
    #expect(split["testUsers"] as? Int == 20 && split["skippedUsers"] as? Int == 1)
    let notes = try #require(found["notes"] as? [String])
    #expect(notes.contains("skipped 1 user of te.csv without an item of the model in tr.csv: they have no input items"))
    #expect(!notes.contains { $0.hasPrefix("novelty") })
    // Half of the users shown: what training users have is still what counts.
    let users = try folder.text("m/item-users.txt").split(separator: "\n").compactMap { Int($0) }
    #expect(
      users.count == 16 && users[0] == 20 && users.dropFirst().reduce(0, +) == train.split(separator: "\n").count - 1)
    let half = train.split(separator: "\n").filter { !$0.hasPrefix("u1") }.joined(separator: "\n") + "\n"
    try folder.write(half, to: "half.csv")
    func novelty() throws -> (value: Double, notes: [String]) {
      let found = try document("evaluate m --train half.csv --test te.csv --metrics novelty@15")
      let model = try #require((found["models"] as? [[String: Any]])?.first)
      return (
        try #require((model["metrics"] as? [String: Double])?["novelty@15"]), try #require(found["notes"] as? [String])
      )
    }
    let known = try novelty()
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("m/item-users.txt"))
    let unknown = try novelty()
    #expect(known.value != unknown.value)
    #expect(!known.notes.contains { $0.hasPrefix("novelty") })
    #expect(unknown.notes.contains { $0.hasPrefix("novelty is computed from the users at hand") })
    try folder.write("20\n1\n", to: "m/item-users.txt")
    #expect(try run(line, status: 65).errors.contains("item-users.txt: has 2 lines; accepted: 16"))
  }

  @Test("weights that have grown too large are told with the model and what to do")
  func divergence() throws {
    let lines = (0..<40).flatMap { user in (0..<7).map { "u\(user),i\((user + $0) % 10)\n" } }
    try folder.write("user,item\n" + lines.joined(), to: "d.csv")
    // One update an epoch is followed by validation, two by another loss.
    for (line, words) in [
      ("compare d.csv --models mult-vae", "mult-vae: its score of item 'i"),
      ("train d.csv --model dae --output m", "dae: the loss is not a number in epoch 1, batch 2"),
    ] {
      let error = try run(line + " --learning-rate 1e38", status: 65).errors
      #expect(error.contains("doppel: \(words)"), "\(error)")
      #expect(error.contains("try a smaller --learning-rate than 1e+38"), "\(error)")
    }
  }

  @Test("rating test cells that are trained on are dropped and counted")
  func repeatedRatings() throws {
    let lines = (0..<300).map { "u\($0 % 30),i\($0 / 30),\($0 % 5 + 1)\n" }
    try folder.write("user,item,rating\n" + lines.joined(), to: "tr.csv")
    try folder.write("user,item,rating\n" + lines.prefix(50).joined() + "u1,new,3\n", to: "te.csv")
    let outcome = try run("compare --train tr.csv --test te.csv --task rating --models mean")
    #expect(outcome.errors.contains("dropped 50 test ratings already in the training file"))
  }
}
