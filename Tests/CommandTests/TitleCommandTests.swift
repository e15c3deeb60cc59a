import Foundation
import Testing

/// Titles from a table to every list.
@Suite("--titles")
struct TitleCommandTests: CommandSuite {
  let folder: TemporaryFolder

  /// Forty people and twenty films, and a table in the layout of u.item.
  init() throws {
    folder = try TemporaryFolder()
    var data = "user\titem\n"
    for user in 1...40 { for item in 0..<8 { data += "u\(user)\t\(1 + (user * 3 + item * item) % 20)\n" } }
    try folder.write(data, to: "data.tsv")
    let lines = (1...20).map { item in
      "\(item)|Film Número \(item) (1990)|01-Jan-1990||http://example.org/|"
        + (0..<19).map { $0 == 1 + item % 5 ? "1" : "0" }.joined(separator: "|")
    }
    try #require(lines.joined(separator: "\n").data(using: .isoLatin1)).write(
      to: folder.url.appendingPathComponent("u.item"))
    try folder.write("id,title\n3,Other Three\n", to: "other.csv")
  }

  private func train(_ more: String = "--titles u.item") throws {
    try run("train data.tsv --model mult-vae --hidden 6 --latent 3 --epochs 3 --output m \(more)")
  }

  @Test("a model keeps its titles, says how they were read, and shows them in every list for people")
  func kept() throws {
    let trained = try run(
      "train data.tsv --model mult-vae --hidden 6 --latent 3 --epochs 3 --output m --titles u.item")
    #expect(
      trained.errors.contains(
        "note: u.item: separated by \"|\", no header; item = column 1, title = 2, genre = 6 to 24, Latin-1; "
          + "20 of 20 items have a title"))
    let table = try folder.text("m/titles.tsv").split(separator: "\n")
    let items = try folder.text("m/items.txt").split(separator: "\n")
    #expect(table.count == 21 && table[0] == "item\ttitle\tgenre")
    #expect(table.dropFirst().map { $0.prefix { $0 != "\t" } } == items)
    #expect(table.contains("7\tFilm Número 7 (1990)\tAnimation"))

    // For programs: the columns of always.
    let piped = try run("recommend m --items 1,2 -k 3")
    #expect(piped.output.hasPrefix("user\titem\tscore\n") && !piped.output.contains("Film"))
    // For people: beside the id.
    let seen = try Terminal(columns: 100).run(
      doppel, ["recommend", "m", "--items", "1,2", "-k", "3"], in: folder, environment: [:])
    let ids = piped.output.split(separator: "\n").dropFirst().map { $0.split(separator: "\t")[1] }
    for id in ids { #expect(seen.contains("\t\(id)\t") && seen.contains("\tFilm Número \(id) (1990)")) }
    #expect(seen.contains("user\titem\tscore\ttitle"))
    let json = try run("recommend m --items 1,2 -k 3 --json").output
    for id in ids {
      #expect(json.contains("\"item\" : \"\(id)\"") && json.contains("\"title\" : \"Film Número \(id) (1990)\""))
    }

    let walk = try run("inspect m data.tsv --interpolate u1 u2 --steps 3 -k 2").output
    #expect(walk.contains(/Film Número (\d+) \(1990\) \[\1\]/))
    let walked = try run("inspect m data.tsv --traverse 1 --steps 3 -k 2 --json").output
    #expect(walked.contains(/"item" : "(\d+)",\s*"share" : [^,\n]*,\s*"title" : "Film Número \1 \(1990\)"/))
    let found = try run("inspect m data.tsv --report r.html").output
    #expect(found.contains(/Film Número (\d+) \(1990\) \[\1\]/))
    let page = try folder.text("r.html")
    #expect(page.contains("Film Número 7 (1990)"))
  }

  @Test("a table given later counts before the model's own, for this run alone")
  func later() throws {
    try train()
    let outcome = try run("recommend m --items 1,2 -k 20 --titles other.csv")
    #expect(
      outcome.errors.contains(
        "note: other.csv: comma-separated, header; item = id (column 1), title = title (2), UTF-8; 1 of 20 items has a title"
      ), "\(outcome.errors)")
    #expect(outcome.output.contains("\tOther Three\n") && !outcome.output.contains("Film"))
    // Without a title a line ends with an empty column.
    #expect(
      outcome.output.split(separator: "\n").allSatisfy {
        $0.split(separator: "\t", omittingEmptySubsequences: false).count == 4
      })
    #expect(try folder.text("m/titles.tsv").contains("Film Número 3"))
    #expect(
      try run("inspect m data.tsv --traverse 1 --steps 3 -k 20 --titles other.csv").output.contains("Other Three [3]"))
  }

  @Test("sample --with-titles adds a column, changes nothing else, and what it writes is read again")
  func sampled() throws {
    try train()
    try run("sample m --from prior --users 30 --output plain.tsv")
    try run("sample m --from prior --users 30 --with-titles --output titled.tsv")
    try run("sample m --from prior --users 30 --with-titles --titles other.csv --output others.tsv")
    try run("sample m --from prior --users 30 --with-titles --counts --output counts.tsv")
    let titled = try folder.text("titled.tsv")
    #expect(titled.hasPrefix("user\titem\ttitle\n") && titled.contains("\t7\tFilm Número 7 (1990)\n"))
    let stripped = titled.split(separator: "\n").map {
      $0.split(separator: "\t").prefix(2).joined(separator: "\t") + "\n"
    }
    #expect(try stripped.joined() == folder.text("plain.tsv"))
    #expect(try folder.text("others.tsv").contains("\t3\tOther Three\n"))
    #expect(try folder.text("counts.tsv").hasPrefix("user\titem\tcount\ttitle\n"))
    let again = try run("encode m titled.tsv --output codes.tsv")
    #expect(again.output.hasPrefix("30 users"), "\(again.output)")
  }

  @Test("a resumed training and one with checkpoints keep the titles")
  func resumed() throws {
    try train("--titles u.item --checkpoint-every 1")
    let whole = try folder.text("m/titles.tsv")
    try run("train data.tsv --model mult-vae --hidden 6 --latent 3 --epochs 3 --output m --resume --titles u.item")
    #expect(try folder.text("m/titles.tsv") == whole)
    try run("train data.tsv --model blend --members ease,popularity --output b --titles u.item")
    #expect(try folder.text("b/titles.tsv") == whole)
    // A directory written before titles were kept has none.
    try run("train data.tsv --model popularity --output p")
    #expect(try !folder.names().contains("p/titles.tsv"))
    let seen = try Terminal(columns: 100).run(
      doppel, ["recommend", "p", "--items", "1,2", "-k", "3"], in: folder, environment: [:])
    #expect(!seen.contains("title"))
  }

  @Test("the report of a comparison lists what is recommended most, by title")
  func compared() throws {
    try run("compare data.tsv --models popularity,ease --metrics ndcg@10 --titles u.item --report r.html")
    let page = try folder.text("r.html")
    #expect(page.contains("The items that most training users have"))
    #expect(page.contains(/Film Número (\d+) \(1990\) \[\1\]/))
    try run("compare data.tsv --models popularity,ease --metrics ndcg@10 --report plain.html")
    #expect(try !folder.text("plain.html").contains("Film"))
  }

  @Test("a table of other items is refused with an id of each side, and nothing is written")
  func strangers() throws {
    try folder.write("id,title\nx1,Lamp\nx2,Kettle\n", to: "strangers.csv")
    let first = try folder.text("data.tsv").split(separator: "\n")[1].split(separator: "\t")[1]
    let told =
      "doppel: strangers.csv:2: \"x1\" is not an item of the data, and no other id in column 1 is; accepted: ids such as"
    let outcome = try run("train data.tsv --model popularity --output m --titles strangers.csv", status: 65)
    #expect(outcome.errors.contains(told) && outcome.errors.contains("\"\(first)\""), "\(outcome.errors)")
    #expect(try !folder.names().contains("m"))
    try run("train data.tsv --model popularity --output m --titles none.csv", status: 66)
    try train("")
    for line in ["recommend m --items 1", "inspect m data.tsv", "sample m --from prior --with-titles --output s.tsv"] {
      #expect(try run(line + " --titles strangers.csv", status: 65).errors.contains("\"x1\" is not an item"))
    }
    #expect(
      try run("sample m --from prior --with-titles --output s.tsv", status: 64).errors.contains(
        "--with-titles needs titles, and m has none; accepted: --titles FILE"))
    #expect(try !folder.names().contains("s.tsv"))
  }

  @Test("a damaged titles.tsv is an error that names its line")
  func damaged() throws {
    try train()
    try folder.write(folder.text("m/titles.tsv").replacing("\tFilm Número 7 (1990)\t", with: " "), to: "m/titles.tsv")
    let outcome = try run("recommend m --items 1", status: 65)
    #expect(outcome.errors.contains("titles.tsv:") && outcome.errors.contains("is not the line of 7"))
  }
}
