import Foundation
import Testing

@Suite("Completion in bash")
struct CompletionTests {
  @Test(
    "offers files, directories, names and flags where they belong",
    arguments: [
      ("train rat", ["ratings.csv"]), ("compare --train rat", ["ratings.csv"]), ("audit --real rat", ["ratings.csv"]),
      ("recommend mo", ["model"]), ("evaluate model rat", ["ratings.csv"]), ("inspect model rat", ["ratings.csv"]),
      ("train --output mo", ["model"]), ("compare --config set", ["settings.yaml"]),
      ("train --model mult", ["mult-dae", "mult-vae"]), ("compare --models mult", ["mult-dae", "mult-vae"]),
      ("compare --models ae,mult", ["ae,mult-dae", "ae,mult-vae"]),
      ("compare --metrics ndcg", ["ndcg@10", "ndcg@20", "ndcg@50", "ndcg@100"]),
      ("compare --metrics rmse,ma", ["rmse,map@10", "rmse,map@20", "rmse,map@50", "rmse,map@100", "rmse,mae"]),
      ("compare --split inter", ["interactions"]), ("compare --task ra", ["ranking", "rating"]),
      ("train --selection mrr@1", ["mrr@10", "mrr@100"]), ("train --objective g", ["generate"]),
      ("sample model --from p", ["prior", "population"]),
      ("sample model --lengths n", ["nearby", "negative-binomial"]),
      ("export mo", ["model"]), ("export model --graph d", ["decode"]),
      ("encode model --format n", ["npy"]), ("train --precision ", ["auto", "bf16", "f32"]), ("tra", ["train"]),
      ("train --epo", ["--epochs"]), ("compare --valid", ["--validation"]), ("split --valid", []),
    ])
  func offers(_ words: String, _ offered: [String]) throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "ratings.csv")
    try folder.write("", to: "settings.yaml")
    try folder.write("", to: "notes.txt")
    try FileManager.default.createDirectory(
      at: folder.url.appendingPathComponent("model"), withIntermediateDirectories: false)
    guard let shell = try Shell(in: folder) else { return }
    let words = words.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    #expect(try shell.completions(words).sorted() == offered.sorted())
  }

  @Test("a model that is named already is not offered again")
  func once() throws {
    guard let shell = try Shell(in: TemporaryFolder()) else { return }
    let offered = try shell.completions(["compare", "--models", "ae,"])
    #expect(offered.contains("ae,dae") && !offered.contains("ae,ae"))
  }

  @Test("scripts for zsh and fish are made too", arguments: ["zsh", "fish"])
  func others(shell: String) throws {
    let script = try Executable.doppel().run(["--generate-completion-script", shell], in: TemporaryFolder())
    #expect(script.status == 0 && script.output.contains("mult-vae") && script.output.contains("---completion"))
  }
}
