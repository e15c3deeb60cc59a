import FileFormats
import Foundation
import Settings
import Testing

@Suite("Config files")
struct ConfigFileTests {
  private func file(_ text: String) throws -> ConfigFile {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).yaml").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return try ConfigFile(path: path)
  }

  private func words(_ text: String, given: Set<String> = []) throws -> [String] {
    let known = [
      "--epochs": true, "--pair": true, "--hidden": true, "--quiet": false, "--header": false, "--no-header": false,
    ]
    let found = try file(text).arguments(
      of: "compare", given: given, takesValue: { known[$0] }, takesSeveral: { $0 == "--pair" },
      nearest: { _ in ["--epochs"] })
    return found.before + (found.behind.isEmpty ? [] : ["…"] + found.behind)
  }

  @Test("become words of the command line, as they stand in the file")
  func arguments() throws {
    #expect(
      try words("epochs: 007\nhidden: [600, 200]\nquiet: true\nheader: false") == [
        "--epochs=007", "--hidden=600,200", "--quiet", "--no-header",
      ])
    #expect(try words("{\"epochs\": 5}") == ["--epochs=5"])
    #expect(try words("pair: [a, 'b c']\nepochs: 5") == ["--epochs=5", "…", "--pair", "a", "b c"])
    #expect(try words("epochs: 5\nquiet: false\nhidden: ~", given: ["--epochs"]).isEmpty)
  }

  @Test("name the line and the nearest key for one that is unknown, and refuse what is no single value")
  func errors() throws {
    func message(_ text: String) -> String {
      do {
        _ = try words(text)
        return ""
      } catch {
        return "\(error)"
      }
    }
    #expect(message("quiet: true\nepoch: 5").hasSuffix(":2: unknown key 'epoch' for compare; did you mean epochs?"))
    #expect(message("epochs: {a: 1}").hasSuffix("epochs must be a single value"))
    #expect(message("quiet: 3").hasSuffix("quiet must be true or false"))
    for empty in ["''", "[]", "\"\"", "['']"] {
      #expect(
        message("quiet: true\nepochs: \(empty)").hasSuffix(":2: epochs is empty; accepted: a value, or ~ for none"))
    }
    #expect(message("epochs: true").hasSuffix("epochs takes a value, and 'true' is none; quote it if it is one"))
    #expect(message("help: true").hasSuffix("'help' is for the command line only"))
    #expect(throws: DataError.self) { try file("- a\n- b") }
    #expect(throws: DataError.self) { try file("a: &x 1\nb: *x") }
    #expect(throws: DataError.self) { try file("a: 1\na: 2") }
  }

  @Test("have settings of single models, in the spelling of model files")
  func models() throws {
    let file = try file("models:\n  mult-vae: {annealing-steps: 10, hidden: 8}\n  ae: ~\n")
    let settings = try file.modelSettings { _ in }
    #expect(settings["mult-vae"]?.map(\.key) == ["annealingSteps", "hidden"])
    #expect(settings["mult-vae"]?.map(\.value) == [10, .array([8])])
    #expect(settings["ae"]?.isEmpty == true)
    #expect(throws: SettingsError.self) { try file.modelSettings { _ in throw CancellationError() } }
  }
}
