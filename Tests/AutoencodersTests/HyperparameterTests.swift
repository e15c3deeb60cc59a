import Autoencoders
import FileFormats
import Testing

@Suite("Hyper-parameters")
struct HyperparameterTests {
  private static let names = Zoo.defaults.map(\.name)

  private func model(_ name: String) throws -> any ZooModel {
    try #require(Zoo.named(name), "no model \(name)")
  }

  @Test("every model is known by its name, which no other has, and no other is known")
  func zoo() {
    #expect(Set(Self.names).count == Self.names.count)
    #expect(Self.names.allSatisfy { Zoo.named($0)?.name == $0 })
    #expect(Zoo.defaults(for: .rating).map(\.name) == ["mean", "user-autorec", "item-autorec"])
    #expect(Zoo.named("multvae") == nil)
  }

  @Test("a comparison without --models has the baseline and the models of the papers")
  func comparedByDefault() {
    let ranking = Zoo.comparedByDefault(for: .ranking).map(\.name)
    #expect(Set(["popularity", "ae", "dae", "cdae", "mult-dae", "mult-vae"]).isSubset(of: ranking))
    #expect(!ranking.contains("mix-vae") && Zoo.defaults(for: .ranking).map(\.name).contains("mix-vae"))
    #expect(Zoo.comparedByDefault(for: .rating).map(\.name) == ["mean", "user-autorec", "item-autorec"])
  }

  @Test("every model comes back from its own hyper-parameters", arguments: names)
  func roundTrip(_ name: String) throws {
    let plain = try model(name)
    #expect(try plain.setting(plain.hyperparameters).isEqual(to: plain))
    func others<Model: ZooModel>(_ model: Model) throws -> [String: JSONValue] {
      try Model.settings.reduce(into: [:]) { values, setting in
        let candidates: [JSONValue] =
          switch setting.form {
          case .number: [0.25, 0.75, 1.5]
          case .whole: [17, 123]
          case .list: [.array([30, 20]), .array([30])]
          case .numbers: (1...4).map { .array(Array([0.5, 0.25, 0.75, 0].prefix($0))) }
          case .models:
            [Blend(members: model.members.map { _ in AE() }).hyperparameters["members"] ?? .null]
          case .word(let words): words.map { .string($0) }
          case .truth: [.bool(true), .bool(false)]
          }
        var changed = model
        let other = candidates.first { $0 != setting.read(model) && setting.write(&changed, $0) }
        let found: JSONValue = try #require(other, "\(setting.name)")
        values[setting.name] = found
      }
    }
    let changes = try others(plain)
    let changed = try plain.setting(changes)
    #expect(changed.hyperparameters == changes)
    #expect(try plain.setting(changed.hyperparameters).isEqual(to: changed))
    #expect(changes.isEmpty || !changed.isEqual(to: plain))
  }

  @Test("hidden stands for latent where the code is the only hidden layer")
  func hiddenIsLatent() throws {
    #expect(try model("dae").setting(["hidden": .array([33])]).hyperparameters["latent"] == 33)
    #expect(try model("dae").setting(["hidden": .array([33]), "latent": 5]).hyperparameters["latent"] == 5)
    #expect(
      message { try self.model("dae").setting(["hidden": .array([33, 5])]) }.hasSuffix(
        "accepted: one width: it has a single hidden layer"))
    #expect(try model("dae").has("hidden") && model("mult-vae").has("hidden"))
    #expect(try !model("popularity").has("hidden") && !model("ae").has("dropout"))
  }

  private func message(_ body: () throws -> any ZooModel) -> String {
    do {
      return "no error: \(try body())"
    } catch { return "\(error)" }
  }

  @Test("an unknown name is answered with the known ones")
  func unknown() {
    #expect(
      message { try self.model("ae").setting(["dropout": 0.5]) }
        == "ae has no hyper-parameter dropout; did you mean epochs or latent? It has batchSize, epochs, latent, "
        + "learningRate, likelihood, patience, weightDecay")
    #expect(
      message { try self.model("popularity").setting(["latent": 5]) }
        == "popularity has no hyper-parameters, so none named latent")
  }

  @Test(
    "a value out of range is answered with what is accepted",
    arguments: [
      (
        "mult-vae", "dropout", JSONValue.number(1),
        "dropout of mult-vae cannot be 1; accepted: a number from 0 up to but not including 1"
      ),
      (
        "mult-vae", "dropout", .number(-0.1),
        "dropout of mult-vae cannot be -0.1; accepted: a number from 0 up to but not including 1"
      ),
      ("mult-vae", "latent", .number(0), "latent of mult-vae cannot be 0; accepted: a whole number from 1 to 100000"),
      (
        "mult-vae", "latent", .number(2.5),
        "latent of mult-vae cannot be 2.5; accepted: a whole number from 1 to 100000"
      ),
      ("mult-vae", "beta", .number(-1), "beta of mult-vae cannot be -1; accepted: a number of at least 0"),
      ("ae", "learningRate", .number(0), "learningRate of ae cannot be 0; accepted: a number above 0"),
      ("ae", "epochs", .number(0), "epochs of ae cannot be 0; accepted: a whole number from 1 to 2147483647"),
      ("ae", "patience", .number(-1), "patience of ae cannot be -1; accepted: a whole number from 0 to 2147483647"),
      (
        "ae", "likelihood", .string("poisson"),
        "likelihood of ae cannot be \"poisson\"; accepted: multinomial, bernoulli, gaussian"
      ),
      (
        "cdae", "likelihood", .string("multinomial"),
        "likelihood of cdae cannot be \"multinomial\"; accepted: bernoulli, gaussian"
      ),
      (
        "cdae", "unseenUsers", .string("random"),
        "unseenUsers of cdae cannot be \"random\"; accepted: zero, mean"
      ),
      (
        "rec-vae", "hidden", .array([600, 300]),
        "hidden of rec-vae cannot be [\n  600,\n  300\n]; accepted: one width from 1 to 100000"
      ),
      ("ae", "latent", .null, "latent of ae cannot be null; accepted: a whole number from 1 to 100000"),
    ])
  func outOfRange(_ name: String, _ key: String, _ value: JSONValue, _ text: String) {
    #expect(message { try self.model(name).setting([key: value]) } == text)
  }

  @Test("numbers that are not finite are refused everywhere", arguments: [Double.nan, .infinity, -.infinity])
  func notFinite(_ value: Double) throws {
    for plain in Zoo.defaults {
      for key in plain.hyperparameters.keys {
        let error = #expect(throws: HyperparameterError.self, "\(plain.name) \(key)") {
          try plain.setting([key: .number(value)])
        }
        #expect(error?.description.hasPrefix("\(key) of \(plain.name) cannot be \(value); accepted: ") == true)
      }
    }
  }
}
