import Autoencoders
import Compute
import Evaluation
import FileFormats
import Generation
import Inspection
import InteractionData
import Presentation
import Reports
import Testing

/// What every ranking model with a latent space takes part in, by its line in the zoo alone.
@Suite("Every model with a latent space")
struct ZooTests {
  private static let names = Zoo.models.filter { $0.task == .ranking && $0.latentKind != .none }.map { $0.name }

  @Test("is inspected, has a page with an explorer, and its users can be drawn in every way it has", arguments: names)
  func takesPart(name: String) throws {
    let data = try SmallModels.data()
    let (rows, _) = data.rows(in: data.items)
    let model = try SmallModels.fit(name, rows)
    let profiles = Profiles(items: rows, trainingRows: (0..<rows.rowCount).map(Optional.some))

    let directory = ModelDirectory(
      configuration: try #require(Zoo.named(name)), model: model, items: data.items,
      users: try #require(Zoo.named(name)).keepsUsers ? data.users : nil)
    var options = InspectionOptions()
    (options.draws, options.boundUsers, options.informationUsers) = (4, 40, 40)
    (options.priorDraws, options.discrepancyPoints) = (40, 40)
    let study = try InspectionStudy(
      [InspectionSubject(label: name, directory: directory)], on: data, options: options, seed: Seed(3),
      processor: SmallModels.processor)
    let text = study.tables.map { $0.table.markdown() }.joined()
    #expect(!text.contains("nan") && !text.contains("|  |"), "\(text)")
    let facts = RunFacts(seed: Seed(3), SmallModels.processor)
    #expect(InspectionReport(study, run: facts).page.html.contains(name))
    #expect(try SmallModels.page(name, of: model).html.contains("data-explorer=\"\(name)\""))

    let histogram = try #require(LengthHistogram(of: rows))
    func drawn<Source: LatentSource>(_ model: Autoencoder<Source.Latent>, from source: Source) throws {
      let synthetic = try ProfileGenerator(model: model, source: source, lengths: .empirical(histogram))
        .rows(users: 20, seed: Seed(4), processor: SmallModels.processor)
      #expect(synthetic.rowCount == 20 && synthetic.nonZeroCount > 100)
    }
    switch model.latent {
    case .none: Issue.record("\(name) says that it has a latent space")
    case .points(let model):
      try drawn(model, from: FittedGaussian(to: model, over: profiles, processor: SmallModels.processor))
    case .gaussians(let model):
      try drawn(model, from: PriorSource(of: model))
      try drawn(model, from: PopulationSource(of: model, over: profiles))
      try drawn(model, from: PosteriorSource(of: model, near: profiles.selecting(0..<1), using: .gsl))
      try drawn(
        model,
        from: InterpolationSource(of: model, between: profiles.selecting(0..<2), steps: 3, users: 20, using: .gsl))
      let fitted = try FittedGaussian(to: model, over: profiles, processor: SmallModels.processor)
      try drawn(model, from: fitted)
      #expect(try fitted.divergence(from: model.prior).isFinite)
      #expect(study.models[0].prior.components == model.prior.components)
    }
  }
}
