import Autoencoders
import FileFormats
import Testing
import Tuning

@Suite("Search spaces")
struct SearchSpaceTests {
  @Test("a whole number on a logarithmic scale meets both ends, and its coordinate leads back to it")
  func wholeNumbers() {
    let dimension = SearchDimension(SearchedSetting(name: "width", isWhole: true, range: .logarithmic(16...512)))
    #expect(dimension.value(at: 0) == 16 && dimension.value(at: 1) == 512)
    for width in [16.0, 17, 100, 511, 512] {
      #expect(dimension.place(of: .number(width)).map(dimension.value) == .number(width))
    }
    // Half way on the scale lies the geometric mean of 15.5 and 512.5.
    #expect(dimension.value(at: 0.5) == 89)
  }

  @Test("numbers have four significant digits and stay within their range")
  func digits() {
    let dimension = SearchDimension(SearchedSetting(name: "rate", isWhole: false, range: .logarithmic(1e-4...1e-2)))
    #expect(dimension.value(at: 0.5) == .number(1e-3))
    #expect(dimension.value(at: 0.3) == .number(3.981e-4))
    #expect(dimension.value(at: 1) == .number(1e-2) && dimension.place(of: .number(5)) == 1)
    #expect(dimension.place(of: .null) == nil)
  }

  @Test("every default that is a number above 0 lies where it is searched for")
  func defaults() {
    for model in Zoo.defaults {
      for setting in model.searchedSettings {
        guard case .number(let value)? = model.settingsUsed(rows: 1000).hyperparameters[setting.name], value > 0 else {
          continue
        }
        switch setting.range {
        case .linear(let range), .logarithmic(let range):
          #expect(range.contains(value), "\(setting.name) \(value) of \(model.name) is not in \(range)")
        case .among(let values): #expect(values.contains(.number(value)))
        }
      }
    }
  }

  @Test("a space file's ranges are read, and what the model would refuse is refused with what it accepts")
  func ranges() throws {
    let model = MultVAE()
    #expect(
      try model.searchRange(of: "latent", from: .object(["from": 10, "to": 50, "log": true])) == .logarithmic(10...50))
    #expect(try model.searchRange(of: "beta", from: false) == nil)
    #expect(
      try model.searchRange(of: "likelihood", from: .object(["among": .array(["multinomial", "gaussian"])]))
        == .among(["multinomial", "gaussian"]))
    #expect(throws: SpaceError.self) { try model.searchRange(of: "latent", from: .object(["from": 10, "to": 5])) }
    #expect(throws: SpaceError.self) { try model.searchRange(of: "dropout", from: .object(["from": 0, "to": 1])) }
    #expect(throws: SpaceError.self) { try model.searchRange(of: "gamma", from: false) }
    #expect(throws: SpaceError.self) {
      try model.searchRange(of: "beta", from: .object(["from": 0, "to": 1, "log": true]))
    }
  }
}
