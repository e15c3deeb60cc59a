import Compute
import Doppel
import FileFormats
import Foundation
import Settings

/// Every reader of the toolkit, with well-formed input to start from.
struct Targets {
  /// Where this process writes what can only be read from files.
  let folder: String
  private let processor = Processor(engine: .gsl, threads: 1)

  /// - Parameter fileByFile: a target for each file of each model, in place of one for all.
  func all(fileByFile: Bool) throws -> [Target] {
    let files = try modelFiles()
    let models = fileByFile ? files.map(modelFile) : [modelDirectory(files)]
    return [
      interactions, compressed, zstandard, jsonLines, dates, titles, authors, config, try safetensors(files),
      identifiers,
    ] + models
      + [try checkpoint(alsoFromInside: !fileByFile), truth]
  }

  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    let path = folder + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  private static let lines = (0..<700).map {
    (user: "u\($0 % 50)", item: "i\(($0 * 7) % 61)", rating: 1 + $0 % 5, time: 97_000 + $0)
  }
  private static func text(
    _ separator: String, header: String = "",
    from lines: ArraySlice<(user: String, item: String, rating: Int, time: Int)> = lines[...]
  ) -> [UInt8] {
    Array(
      (header
        + lines.map { "\($0.user)\(separator)\($0.item)\(separator)\($0.rating)\(separator)\($0.time)\n" }.joined())
        .utf8)
  }
  static let texts: [[UInt8]] = [
    text("\t", from: lines[..<20]), text(",", header: "userId,movieId,rating,timestamp\n", from: lines[..<20]),
    text("::", from: lines[..<20]),
    text(";", header: "\u{FEFF}uid;sid;rating;timestamp\r\n", from: lines[..<9]), text("|", from: lines[..<9]),
    text("  ", from: lines[..<9]),
    text("\t", header: "user_id:token\titem_id:token\trating:float\ttimestamp:float\n", from: lines[..<9]),
    Array("\"a \"\"b\"\"\",\"c,d\",3\n\"e\",f,4.5\r\n\n g,h,2".utf8),
    text(",", header: "userId,movieId,rating,timestamp\n"),
    Array("timestamp;visitorid;item\n2010-10-19T23:55:27Z; 7 ;\"a, b\" \n2010-10-19 23:55:27+02:00;8;c, d\n".utf8),
    Array("0 10 11 12\n1 10 12 14 15\n2 11 12 13 14 16\n".utf8), Array("1;Heat, Mann;4,5\n2;Alien, Scott;3,5\n".utf8),
  ]
  static let marks = [
    ",", "\t", "::", ";", "|", " ", "\"", "\"\"", "\n", "\r\n", "\r", "\u{FEFF}", "user", "item", "rating", "uid",
    "sid", ":token", ":float",
    "é", "\u{202E}", "\u{1B}[31m", "\0", "2010-10-19", "T23:55:27Z", "{\"", "NA",
  ]

  private var interactions: Target {
    Target(name: "interactions", corpus: Self.texts, tokens: Self.marks, mayBeCut: true) { bytes, random in
      var format = InteractionFormat()
      let delimiters: [Delimiter?] =
        [.tab, .comma, .semicolon, .bar, .blanks, .doubleColon] + Array(repeating: nil, count: 24)
      format.delimiter = delimiters[random.integer(below: delimiters.count)]
      if random.integer(below: 20) == 0 { format.user = .number(1 + random.integer(below: 5)) }
      if random.integer(below: 20) == 0 { format.rating = .named("rating") }
      if random.integer(below: 20) == 0 { format.hasHeader = random.integer(below: 2) == 0 }
      let data = try InteractionReader(format: format).read(ByteSource(name: "data", bytes: bytes))
      do {
        _ = try Filters(minRating: 2, minUserItems: 1, minItemUsers: 1, core: 1).apply(to: data)
      } catch is DataError {}
      do { _ = try RankingSplit.users(data, heldOut: 0.1, seed: Seed(1)) } catch is DataError {}
    }
  }

  private var compressed: Target {
    let corpus = Self.texts.map(Gzip.storing) + [Gzip.bomb(zeros: 20_000), Gzip.bomb(zeros: 4_000_000)]
    return Target(name: "compressed interactions", corpus: corpus, tokens: Self.marks) { bytes, random in
      let source = try ByteSource(path: write(bytes, "data.gz"), limit: 1 << 20)
      if source.count > 1 << 20 { throw Broken("the limit of inflating did not hold: \(source.count) bytes") }
      _ = try InteractionReader().read(source)
    }
  }

  /// One of the files damaged, the others as they should be.
  private var authors: Target {
    let items = Array((0..<40).map { "film \($0)\n" }.joined().utf8)
    func pairs(_ users: Range<Int>, _ offset: Int, _ count: Int) -> [UInt8] {
      var text = "uid,sid\n"
      for user in users { for item in 0..<count { text += "\(user),\((user * 3 + item + offset) % 40)\n" } }
      return Array(text.utf8)
    }
    let files: [(String, [UInt8])] = [
      ("unique_sid.txt", items), ("train.csv", pairs(0..<80, 0, 12)), ("validation_tr.csv", pairs(80..<85, 0, 5)),
      ("validation_te.csv", pairs(80..<85, 5, 2)), ("test_tr.csv", pairs(85..<90, 0, 5)),
      ("test_te.csv", pairs(85..<90, 5, 2)),
    ]
    return Target(name: "authors' layout", corpus: files.map(\.1), tokens: Self.marks, mayBeCut: true) {
      bytes, random in
      let place = random.integer(below: files.count)
      for (index, file) in files.enumerated() { _ = try write(index == place ? bytes : file.1, file.0) }
      _ = try RankingSplit.directory(folder, forTraining: random.integer(below: 2) == 0)
    }
  }

  private var config: Target {
    let corpus = [
      "epochs: 100\nseed: 7\nmodels:\n  mult-vae: {beta: 0.3, hidden: [600, 300]}\n  ae: {}\n",
      "{\"epochs\": 10, \"json\": true, \"models\": {\"dae\": {\"dropout\": 0.5, \"latent\": 8}}}",
      "# remark\nmodel: 'mult-vae'\nlearning-rate: 1e-3\nmodels:\n  cdae:\n    hidden: 50\n    batch_size: ~\n",
      "a: &a [1, 2]\nb: *a\n", "a: |\n  text\n  more\nb: >-\n  folded\n? c\n: !!str d\n",
      "models:\n  ae:\n" + (0..<300).map { "    key\($0): [\($0), {a: b}]\n" }.joined(),
    ].map { Array($0.utf8) }
    let tokens = [
      "models", "ae", ": ", "- ", "[", "]", "{", "}", "&a ", "*a", "? ", "| ", "\n  ", "'", "\"", "!!", "---\n", "~",
      "#", "\t", "%",
    ]
    return Target(name: "config", corpus: corpus, tokens: tokens, mayBeCut: true, hasSettings: true) { bytes, _ in
      let file = try ConfigFile(path: write(bytes, "config.yaml"))
      let settings = try file.modelSettings { _ in }
      for (name, values) in settings {
        guard let model = Zoo.named(name) else { continue }
        for value in values {
          do { _ = try model.setting([value.key: value.value]) } catch is HyperparameterError {}
        }
      }
      _ = try file.arguments(
        of: "train", given: ["--seed"], takesValue: { ["--epochs": true, "--json": false, "--models": true][$0] },
        takesSeveral: { $0 == "--models" }, nearest: { [$0] })
    }
  }

  private func safetensors(_ models: [ModelFile]) throws -> Target {
    let large = try manyTensors()
    let small = models.filter { $0.name == "model.safetensors" }.map(\.bytes)
    let tokens = [
      "\"dtype\":\"F32\"", "\"shape\":[", "\"data_offsets\":[0,8]", "__metadata__", "\\u0041", "\\ud800", "{", "}", "[",
      "]", ",", ":",
    ]
    return Target(name: "safetensors", corpus: small + [large], tokens: tokens) { bytes, _ in
      let file = try SafeTensors(ByteSource(name: "model.safetensors", bytes: bytes))
      guard file.tensors.allSatisfy({ $0.value.values.allSatisfy(\.isFinite) }) else {
        throw Broken("a weight is not finite")
      }
    }
  }

  /// Longer than the first 4,096 bytes in which every file is cut.
  private func manyTensors() throws -> [UInt8] {
    let tensors = (0..<40).map {
      ("layer.\($0).weight", Tensor(shape: [$0, 5], values: Array(repeating: 0.5, count: 5 * $0)))
    }
    let path = folder + "/many.safetensors"
    try SafeTensors(tensors: Dictionary(uniqueKeysWithValues: tensors), metadata: ["format": "test"]).write(to: path)
    return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  private var identifiers: Target {
    let large = Array((0..<900).map { "item number \($0) é\n" }.joined().utf8)
    return Target(
      name: "identifiers", corpus: [Array("a\nb\r\nc\n".utf8), large],
      tokens: ["\n", "\r\n", "\u{FEFF}", "\0", "\t", "é"], mayBeCut: true
    ) { bytes, _ in
      _ = try IdentifierList.read(write(bytes, "items.txt"))
    }
  }

  /// One file of a model directory.
  struct ModelFile {
    let model: String
    let name: String
    let bytes: [UInt8]
    /// The others.
    let directory: [String: [UInt8]]
  }

  private func modelFiles() throws -> [ModelFile] {
    var population = Population.plain
    (population.users, population.items, population.tastes) = (60, 40, 3)
    population.minProfileLength = 4
    population.meanProfileLength = 8
    let interactions = try population.simulate(seed: Seed(3)).interactions
    var lists = [[Int]](repeating: [], count: interactions.users.count)
    for place in interactions.userIndices.indices {
      lists[Int(interactions.userIndices[place])].append(Int(interactions.itemIndices[place]))
    }
    let rows = SparseRows(columnCount: interactions.items.count, rows: lists.map { $0.sorted() })
    var files: [ModelFile] = []
    for name in ["popularity", "mult-vae", "cdae", "user-autorec"] {
      guard let plain = Zoo.named(name) else { continue }
      let changes: [String: JSONValue] = ["latent": 3, "epochs": 1, "hidden": .array([4])]
      let model = try plain.setting(changes.filter { plain.hyperparameters[$0.key] != nil })
      let fit = try model.fit(to: rows, trainer: Trainer(processor: processor, seed: Seed(1)), validate: nil)
      var record = ModelRecord(facts: RunFacts(seed: Seed(1), processor))
      record.profileLengths = LengthHistogram(of: rows)?.users
      var directory = ModelDirectory(
        configuration: model, model: fit.model, items: interactions.items,
        users: model.keepsUsers ? interactions.users : nil,
        record: record)
      if name == "mult-vae" {
        let ids = interactions.items.ids
        directory.titles = ItemTitles(
          items: interactions.items, titles: ids.map { "\($0) é" }, genres: ids.map { [String($0.prefix(2)), "Drama"] })
      }
      let path = folder + "/" + name
      try directory.write(to: path, card: "# \(name)\n")
      let contents = try ["config.json", "items.txt", "users.txt", "titles.tsv", "model.safetensors"].reduce(
        into: [String: [UInt8]]()
      ) { all, file in
        if FileManager.default.fileExists(atPath: path + "/" + file) {
          all[file] = Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + file)))
        }
      }
      for (file, bytes) in contents.sorted(by: { $0.key < $1.key }) {
        files.append(ModelFile(model: name, name: file, bytes: bytes, directory: contents))
      }
    }
    return files
  }

  /// One file of one model damaged, whichever it is.
  private func modelDirectory(_ files: [ModelFile]) -> Target {
    let targets = files.map(modelFile)
    let mutators = targets.map { Mutator(corpus: $0.corpus, tokens: $0.tokens) }
    return Target(name: "model directory", corpus: [[]]) { _, random in
      let place = random.integer(below: files.count)
      let bytes = mutators[place].input(&random)
      try targets[place].read(bytes, &random)
    }
  }

  private func modelFile(_ file: ModelFile) -> Target {
    let tokens = [
      "\"model\"", "\"mult-vae\"", "\"hyperparameters\"", "\"latent\"", "\"hidden\"", "\"items\"", "\"profileLengths\"",
      "{", "}", "[", "]",
      ":", ",", "\n", "\"F32\"",
    ]
    // JSON may be cut where only its last line end is lost, and so may lists.
    let isText = file.name != "model.safetensors"
    return Target(name: "\(file.name) of \(file.model)", corpus: [file.bytes], tokens: tokens, mayBeCut: isText) {
      bytes, random in
      let path = folder + "/" + file.model
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      _ = try write(bytes, file.model + "/" + file.name)
      defer { _ = try? write(file.bytes, file.model + "/" + file.name) }
      let model = try ModelDirectory(contentsOf: path)
      let someone = try model.audience(items: [model.items[0]])
      try model.recommend(to: someone, k: 5, processor: processor) { _, list in
        guard list.count <= 5 else { throw Broken("a list of \(list.count)") }
      }
      // What sample draws lengths from; where it is none, sample says so.
      let lengths = model.record.profileLengths.flatMap { LengthHistogram(users: $0, items: model.items.count) }
      if let lengths {
        guard 1...model.items.count ~= lengths.draw(using: &random), lengths.mean.isFinite else {
          throw Broken("a length of nobody")
        }
        _ = try NegativeBinomial(fitting: lengths.counts)
      }
    }
  }

  /// The true tastes that `inspect` reads.
  private var truth: Target {
    let corpus = [
      "user\tNoir\tWestern\nu1\t0.25\t0.75\nu2\t1e-05\t0.99999\n", "user\tA\r\nü\t1\r\n\r\n",
      "user\tA\tB\tC\n" + (0..<300).map { "user \($0)\t0.5\t\(Double($0) / 7)\t-2\n" }.joined(),
    ]
    return Target(
      name: "truth", corpus: corpus.map { Array($0.utf8) },
      tokens: ["user", "\t", "\n", "\r\n", "\0", "é", "e\u{301}", "0x1p-2"], mayBeCut: true
    ) { bytes, _ in
      let truth = try Truth(contentsOf: write(bytes, "truth.tsv"))
      guard truth.mixtures.rows == truth.users.count, truth.mixtures.columns == truth.tastes.count,
        (0..<truth.users.count).allSatisfy({ truth.mixtures[row: $0].allSatisfy(\.isFinite) })
      else { throw Broken("a truth that is none") }
    }
  }

  /// A checkpoint, damaged from outside, or from inside with a checksum that fits.
  private func checkpoint(alsoFromInside: Bool) throws -> Target {
    var model = MultVAE()
    (model.hidden, model.latent) = ([3], 2)
    let (design, options) = (model.design, TrainingOptions(epochs: 3, batchSize: 10, patience: 2))
    let rows = SparseRows(columnCount: 8, rows: (0..<20).map { [$0 % 8, ($0 + 3) % 8].sorted() })
    let run = RunIdentity(["seed": 1, "model": "mult-vae"])
    let directory = folder + "/training"
    var trainer = Trainer(processor: processor, seed: Seed(1))
    trainer.checkpoints = try Checkpoints(in: directory, every: .epochs(2), run: run, resumes: false)
    _ = try trainer.fit(design, to: rows, options: options) { _ in 1 }
    let path = CheckpointFile.path(in: directory)
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    let whole = try SafeTensors(contentsOf: path, finite: false)
    let inner = Mutator(
      corpus: [Array((whole.metadata["position"] ?? "").utf8)],
      tokens: [
        "\"epoch\":", "\"batch\":", "\"history\":[", "\"waited\":", "\"selection\":{", "null", "\"nan\"", "{", "}",
      ])
    let (start, names) = (trainer, whole.tensors.keys.sorted())
    return Target(name: "checkpoint", corpus: [bytes], tokens: ["position", "epoch", "batch", "weights/", "{", "}"]) {
      bytes, random in
      var isWritten = false
      if alsoFromInside, random.integer(below: 2) == 0 {
        var file = whole
        if random.integer(below: 4) > 0 {
          file.metadata["position"] = String(decoding: inner.input(&random), as: UTF8.self)
        } else if let tensor = file.tensors[names[random.integer(below: names.count)]] {
          let name = names[random.integer(below: names.count)]
          if random.integer(below: 2) == 0 { file.tensors[name] = nil }
          if random.integer(below: 2) == 0 { file.tensors[name + "x"] = tensor }
          if random.integer(below: 2) == 0 {
            file.tensors[name] = Tensor(shape: [tensor.values.count, 1], values: tensor.values)
          }
        }
        file.metadata["checksum"] = CheckpointFile.checksum(file)
        try file.write(to: path)
        isWritten = true
      }
      if !isWritten { _ = try write(bytes, "training/" + CheckpointFile.name) }
      var trainer = start
      trainer.checkpoints = try Checkpoints(in: directory, every: .onlyWhenInterrupted, run: run, resumes: true)
      _ = try trainer.fit(design, to: rows, options: options, after: trainer.checkpoints?.position?.selection) { _ in 1
      }
    }
  }
}

/// What a reader should never do, found by looking at what it gave.
struct Broken: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
