import Doppel
import Foundation
import Testing

/// What a command does, done with the library.
@Suite("The command and the library")
struct LibraryTests {
  @Test("train and TrainingRun write the same bytes")
  func training() throws {
    let folder = try TemporaryFolder()
    func run(_ line: String) throws {
      let outcome = try Executable.doppel().run(line.split(separator: " ").map(String.init), in: folder)
      try #require(outcome.status == 0, "\(line): \(outcome.errors)")
    }
    try run("simulate --output p --users 120 --items 60 --tastes 3 --profile-length 12 --ratings")
    let settings = "--seed 3 --threads 2 --latent 2 --epochs 3"
    try run("train p/interactions.tsv --min-rating 2 --model mult-vae --hidden 8 \(settings) --output vae")
    try run("train p/interactions.tsv --model user-autorec \(settings) --no-refit --output autorec")

    let processor = Processor(engine: .gsl, threads: 2)
    func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }
    var vae = MultVAE()
    (vae.hidden, vae.latent, vae.training.epochs) = ([8], 2, 3)
    var first = TrainingRun(vae, output: path("library-vae"), seed: Seed(3), processor: processor)
    (first.data.source, first.data.filters.minRating) = (.file(path("p/interactions.tsv")), 2)
    _ = try first.run()
    var autorec = UserAutoRec()
    (autorec.latent, autorec.training.epochs) = (2, 3)
    var second = TrainingRun(autorec, output: path("library-autorec"), seed: Seed(3), processor: processor)
    (second.data.source, second.refits) = (.file(path("p/interactions.tsv")), false)
    _ = try second.run()

    for model in ["vae", "autorec"] {
      let names = try FileManager.default.contentsOfDirectory(atPath: path(model)).sorted()
      #expect(try FileManager.default.contentsOfDirectory(atPath: path("library-" + model)).sorted() == names)
      for name in names {
        #expect(try folder.data("\(model)/\(name)") == folder.data("library-\(model)/\(name)"), "\(model)/\(name)")
      }
    }
  }
}
