import Foundation
import Testing

/// Where a run reads from and writes to.
@Suite("Inputs and outputs of a run")
struct PlaceTests {
  private let folder: TemporaryFolder
  private let doppel: Executable

  init() throws {
    folder = try TemporaryFolder()
    doppel = try Executable.doppel()
    var good = "user\titem\n"
    for user in 1...40 { for item in 0..<8 { good += "u\(user)\ti\((user * 3 + item * item) % 20)\n" } }
    try folder.write(good, to: "good.tsv")
  }

  private func run(_ line: String, input: String? = nil) throws -> Executable.Outcome {
    try doppel.run(line.split(separator: " ").map(String.init), in: folder, input: input)
  }

  @Test(
    "standard input is read once",
    arguments: [
      "compare --train - --test -", "compare --train - --validation - --test good.tsv", "compare - --config -",
      "train - --model ae --output m --config -", "evaluate m --train - --test -",
      "recommend m --users - --exclude-items -", "recommend m --items a --exclude-items - --only-items -",
      "inspect m - --truth -", "audit --real - --synthetic -", "audit --real good.tsv --synthetic - --holdout -",
      "sample m --output s --data - --config -",
    ])
  func stdin(line: String) throws {
    let outcome = try run(line, input: "")
    #expect(
      outcome.status == 64 && outcome.errors.contains("standard input can be read only once"), "\(outcome.errors)")
  }

  @Test(
    "no output replaces what the run reads",
    arguments: [
      "compare good.tsv --models popularity --report good.tsv", "compare good.tsv --models popularity --log ./good.tsv",
      "train good.tsv --model popularity --output n --log good.tsv", "encode ae good.tsv --output good.tsv",
      "sample ae --from fitted --data good.tsv --output good.tsv",
      "sample ae --from fitted --data good.tsv --output ae/config.json",
      "inspect ae good.tsv --report ae/config.json", "evaluate ae good.tsv --per-user ae/config.json",
      "audit --real good.tsv --synthetic good.tsv --report good.tsv",
    ])
  func ownInput(line: String) throws {
    if line.contains(" ae ") {
      #expect(try run("train good.tsv --model ae --latent 2 --epochs 1 --output ae").status == 0)
    }
    let before = try folder.data("good.tsv")
    let outcome = try run(line)
    #expect(outcome.status == 73 && outcome.errors.contains("would replace what"), "\(outcome.errors)")
    #expect(try folder.data("good.tsv") == before)
  }

  @Test(
    "no directory replaces what the run reads from it",
    arguments: [
      "split o/train.tsv --output o", "split o/train.tsv --output ./o/", "split up/o/train.tsv --output o",
      "split good.tsv --config o/split.json --output o",
      "compare ready --models popularity --save-split ready",
      "compare ready/train.csv --models popularity --save-split ready",
      "encode ae codes/metadata.tsv --format projector --output codes",
    ])
  func directory(line: String) throws {
    let manager = FileManager.default
    func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }
    for name in ["o", "codes"] {
      try manager.createDirectory(atPath: path(name), withIntermediateDirectories: false)
    }
    try manager.createSymbolicLink(atPath: path("up"), withDestinationPath: ".")
    let good = try folder.text("good.tsv")
    for name in ["o/train.tsv", "codes/metadata.tsv"] { try folder.write(good, to: name) }
    try folder.write("{}", to: "o/split.json")
    if line.contains("ready") {
      #expect(try run("compare good.tsv --models popularity --save-split ready --quiet").status == 0)
    }
    if line.contains(" ae ") {
      #expect(try run("train good.tsv --model ae --latent 2 --epochs 1 --output ae").status == 0)
    }
    let outcome = try run(line)
    #expect(outcome.status == 73 && outcome.errors.contains("would replace what"), "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
    #expect(try folder.text("o/train.tsv") == good && folder.text("codes/metadata.tsv") == good)
  }

  @Test(
    "no output replaces a file of a directory of data",
    arguments: [
      "compare ready --models popularity --report ready/train.csv",
      "compare ready --models popularity --per-user ready/test_te.csv",
      "compare ready --models popularity --log ready/unique_uid.txt",
      "compare ./ready/ --models popularity --log up/ready/test_tr.csv",
      "tune ready --models linear --trials 1 --output ready/unique_sid.txt", "explain ready --report ready/train.csv",
      "evaluate ae ready --per-user ready/train.csv", "inspect ae ready --report ready/train.csv",
    ])
  func directoryOfData(line: String) throws {
    let manager = FileManager.default
    #expect(try run("compare good.tsv --models popularity --save-split ready --quiet").status == 0)
    if line.contains(" ae ") {
      #expect(try run("train ready --model ae --latent 2 --epochs 1 --output ae").status == 0)
    }
    try manager.createSymbolicLink(
      atPath: folder.url.appendingPathComponent("up").path, withDestinationPath: ".")
    func files() throws -> [Data] {
      try manager.contentsOfDirectory(atPath: folder.url.appendingPathComponent("ready").path).sorted().map {
        try folder.data("ready/" + $0)
      }
    }
    let before = try files()
    let outcome = try run(line)
    #expect(outcome.status == 73 && outcome.errors.contains("would replace what DATA reads"), "\(outcome.errors)")
    #expect(try files() == before)
  }

  @Test(
    "the directory of a model takes no other files",
    arguments: [
      ("evaluate ae good.tsv --per-user ae/new.tsv", "lies inside MODEL ae"),
      ("export ae --output ae/new.onnx", "lies inside MODEL ae"),
      ("sample ae --from prior --output ./up/ae/new.tsv", "lies inside MODEL ae"),
      ("encode ae good.tsv --format projector --output ae/new", "lies inside MODEL ae"),
      ("inspect ae good.tsv --report ae/new.html", "lies inside MODEL ae"),
      ("compare good.tsv --models dae --epochs 1 --tensorboard ae", "ae holds a model"),
      ("compare good.tsv --models dae --epochs 1 --tensorboard ae/new", "holds a model"),
      ("train good.tsv --model dae --epochs 1 --output m --tensorboard ae", "ae holds a model"),
      ("tune good.tsv --models dae --trials 1 --epochs 1 --tensorboard ae", "ae holds a model"),
    ])
  func model(line: String, told: String) throws {
    let manager = FileManager.default
    #expect(try run("train good.tsv --model ae --latent 2 --epochs 1 --output ae").status == 0)
    try manager.createSymbolicLink(
      atPath: folder.url.appendingPathComponent("up").path, withDestinationPath: ".")
    func names() throws -> [String] {
      try manager.contentsOfDirectory(atPath: folder.url.appendingPathComponent("ae").path).sorted()
    }
    let before = try names()
    let outcome = try run(line)
    #expect(outcome.status == 73 && outcome.errors.contains(told), "\(outcome.errors)")
    #expect(try names() == before)
  }

  @Test("a directory of data and a folder of curves take files that are new")
  func besideData() throws {
    #expect(try run("compare good.tsv --models popularity --save-split ready --quiet").status == 0)
    for _ in 0..<2 {
      let outcome = try run("compare ready --models ae --epochs 1 --report ready/r.html --quiet")
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    let curves = try run("compare good.tsv --models ae --epochs 1 --tensorboard . --quiet")
    #expect(curves.status == 0, "\(curves.errors)")
    #expect(try folder.names().contains("ae"))
  }

  @Test("a config file may come from standard input, settings of models included")
  func configFromStdin() throws {
    let outcome = try run(
      "compare good.tsv --split interactions --config - --json --quiet --metrics ndcg@10",
      input: "latent: 3\nmodels: {ae: {epochs: 1}}\n")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("\"epochs\" : 1") && !outcome.output.contains("\"epochs\" : 200"))
  }

  @Test(
    "what is no table for stdout does not go there",
    arguments: [
      ("compare good.tsv --log -", "--log"), ("compare good.tsv --report -", "--report"),
      ("compare good.tsv --per-user -", "--per-user"), ("compare good.tsv --save-split -", "--save-split"),
      ("train good.tsv --model ae --output -", "--output"), ("train good.tsv --model ae --output m --log -", "--log"),
      ("evaluate m --per-user -", "--per-user"), ("simulate --output -", "--output"),
      ("inspect m --report -", "--report"), ("audit --real good.tsv --synthetic good.tsv --report -", "--report"),
      ("encode m good.tsv --format projector --output -", "--format"),
    ])
  func dash(line: String, flag: String) throws {
    let outcome = try run(line)
    #expect(outcome.status == 64 && outcome.errors.hasPrefix("doppel: \(flag) "), "\(outcome.errors)")
    #expect(try folder.names() == ["good.tsv"])
  }

  @Test(
    "an empty path is no output",
    arguments: [
      ["compare", "--log", ""], ["train", "--model", "ae", "--output", ""], ["encode", "m", "--output", ""],
    ])
  func empty(words: [String]) throws {
    let outcome = try doppel.run(words, in: folder)
    #expect(outcome.status == 64 && outcome.errors.contains(" is empty; accepted: the path of a "), "\(outcome.errors)")
  }

  @Test(
    "an empty path is no input",
    arguments: [
      ("recommend m --users", "--users"), ("recommend m --user u1 --data", "--data"),
      ("recommend m --items i1 --only-items", "--only-items"), ("recommend m --items i1 --titles", "--titles"),
      ("compare", "DATA"), ("compare --test good.tsv --train", "--train"), ("compare good.tsv --config", "--config"),
      ("tune good.tsv --models ease --space", "--space"), ("evaluate m", "DATA"), ("evaluate", "MODEL"),
      ("encode --output c.tsv", "MODEL"), ("recommend --items u1", "MODEL"), ("sample --output s", "MODEL"),
      ("audit --real good.tsv --canaries 100 --model", "--model"), ("export --output g.onnx", "MODEL"),
      ("audit --real good.tsv --synthetic", "--synthetic"), ("sample m --output s --data", "--data"),
      ("inspect", "MODEL"), ("inspect m", "DATA"), ("inspect m good.tsv --truth", "--truth"),
    ])
  func emptyInput(line: String, name: String) throws {
    let outcome = try doppel.run(line.split(separator: " ").map(String.init) + [""], in: folder)
    #expect(outcome.status == 64)
    #expect(outcome.errors == "doppel: \(name) is empty; accepted: a path\n")
  }

  @Test(
    "an empty value takes no other word for its own, in a config file or after an equals sign",
    arguments: ["report: ''", "log: []", "per-user: \"\"", "models: {}", "--report=", "--models="])
  func emptyValue(text: String) throws {
    let before = try folder.data("good.tsv")
    var words = ["compare", "good.tsv"]
    if text.hasPrefix("--") {
      words.insert(text, at: 1)
    } else {
      try folder.write(text, to: "c.yaml")
      words += ["--config", "c.yaml"]
    }
    let outcome = try doppel.run(words, in: folder)
    #expect(outcome.status == 64 && outcome.errors.contains("is empty"), "\(outcome.errors)")
    #expect(try folder.data("good.tsv") == before && outcome.output.isEmpty)
  }

  @Test("several values in a config file are words of their own, before the arguments or not")
  func severalValues() throws {
    #expect(try run("train good.tsv --model ae --latent 2 --epochs 1 --output ae").status == 0)
    try folder.write("interpolate: [nobody, u1]\nsteps: 3\n", to: "c.yaml")
    for line in ["inspect --config c.yaml ae good.tsv", "inspect ae good.tsv --config c.yaml"] {
      let outcome = try run(line)
      #expect(outcome.errors.contains("nobody"), "\(outcome.errors)")
    }
  }

  @Test(
    "an output inside another one is refused before the first epoch",
    arguments: [
      "train good.tsv --model ae --output m --log m/log.csv",
      "train good.tsv --model ae --output m --log ./m/../m/log.csv",
      "train good.tsv --model ae --output m --log m", "train good.tsv --model ae --output link/m --log real/m/log.csv",
      "train good.tsv --model ae --output ahead --log real/new/log.csv",
      "compare good.tsv --models ae --log a --report a", "compare good.tsv --models ae --log a --per-user ./a",
      "compare good.tsv --models ae --save-split s --report s/r.html",
      "compare good.tsv --models ae --save-split s/t --log s",
      "audit --real good.tsv --synthetic good.tsv --holdout good.tsv --report a --real-scores a",
    ])
  func nested(line: String) throws {
    let manager = FileManager.default
    func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }
    try manager.createDirectory(atPath: path("real"), withIntermediateDirectories: false)
    try manager.createSymbolicLink(atPath: path("link"), withDestinationPath: "real")
    // To where nothing is yet.
    try manager.createSymbolicLink(atPath: path("ahead"), withDestinationPath: "real/new")
    let outcome = try run(line + " --quiet")
    #expect(outcome.status == 73, "\(outcome.errors)")
    #expect(
      outcome.errors.contains("lies inside") || outcome.errors.contains("name the same path"), "\(outcome.errors)")
    #expect(try folder.names() == ["ahead", "good.tsv", "link", "real"])
    #expect(try manager.contentsOfDirectory(atPath: path("real")).isEmpty)
  }

  @Test("two outputs may both go to /dev/null")
  func null() throws {
    let outcome = try run("compare good.tsv --models popularity --log /dev/null --report /dev/null --quiet")
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test("several runs save their split where it is one: of a search, or of data that are split already")
  func oneSplit() throws {
    #expect(try run("compare good.tsv --models popularity --save-split single --quiet").status == 0)
    for line in [
      "compare good.tsv --models linear --tune 2 --seeds 2 --save-split several",
      "compare single --models popularity --seeds 2 --save-split several",
    ] {
      let outcome = try run(line + " --quiet")
      #expect(outcome.status == 0, "\(outcome.errors)")
      for file in ["train.csv", "validation_te.csv", "test_tr.csv", "test_te.csv", "unique_uid.txt"] {
        #expect(try folder.data("several/" + file) == folder.data("single/" + file), "\(line): \(file)")
      }
    }
  }

  @Test("an output may go into a pipe by its name in /dev", arguments: ["/dev/stdout", "/dev/fd/3"])
  func pipe(path: String) throws {
    let line = "\(doppel.path) compare good.tsv --models popularity --quiet --log \(path) 3>&1 | cat"
    let outcome = try Executable(path: "/bin/sh").run(["-c", line], in: folder)
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(outcome.output.contains("model,") && outcome.output.contains("| popularity"), "\(outcome.output)")
    #expect(try folder.names() == ["good.tsv"])
  }

  @Test("a model that is there is replaced with --force, or by --resume of the same run")
  func force() throws {
    let train = "train good.tsv --model ae --latent 2 --epochs 1 --output m --quiet"
    #expect(try run(train).status == 0)
    let weights = try folder.data("m/model.safetensors")
    let again = try run(train + " --seed 7")
    #expect(again.status == 73 && again.errors.contains("it holds a model") && again.errors.contains("--force"))
    let other = try run(train + " --seed 7 --resume")
    #expect(other.status == 73 && other.errors.contains("seed is 42 there and 7 here"), "\(other.errors)")
    #expect(try folder.data("m/model.safetensors") == weights)
    #expect(try run(train + " --resume").status == 0)
    #expect(try folder.data("m/model.safetensors") == weights)
    #expect(try run(train + " --seed 7 --force").status == 0)
    #expect(try folder.data("m/model.safetensors") != weights)
    try folder.write("mine", to: "m/notes.txt")
    #expect(try run(train + " --force").status == 73)
  }

  @Test(
    "help, version and completion scripts that find no room end with 73",
    arguments: ["--help", "--version", "train --help", "help compare", "--generate-completion-script bash"])
  func noRoom(words: String) throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let outcome = try Executable(path: "/bin/sh").run(["-c", "\(doppel.path) \(words) > /dev/full"], in: folder)
    #expect(outcome.status == 73)
    #expect(outcome.errors == "doppel: standard output cannot be written: No space left on device\n")
  }
}
