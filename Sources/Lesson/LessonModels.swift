import Autoencoders
import Compute
import Evaluation
import Experiments
import Inspection
import InteractionData
import Presentation

/// The models of the lesson.
struct LessonModels: Sendable {
  /// Two runs that differ in nothing but the seed.
  let points: [Autoencoder<PointLatent>]
  /// Two runs that differ in nothing but the seed.
  let clouds: [Autoencoder<GaussianLatent>]
  /// The VAE by its β, ascending.
  let byBeta: [(beta: Double, model: Autoencoder<GaussianLatent>)]
  /// β of ``clouds``.
  let beta: Double
  /// What was trained, in one sentence.
  let description: String

  init(_ lesson: Lesson, rows: SparseRows) throws {
    let size = Double(rows.rowCount) * Double(rows.columnCount)
    let epochs = lesson.epochs ?? max(15, min(100, Int(4e8 / max(1, size))))
    var vae = MultVAE()
    vae.latent = lesson.latent
    // The same network, input, noise and likelihood: nothing differs but point and distribution.
    var ae = MultDAE()
    (ae.hidden, ae.latent, ae.dropout, ae.likelihood) = (vae.hidden, vae.latent, vae.dropout, vae.likelihood)
    (ae.weightDecay, ae.training) = (vae.weightDecay, vae.training)
    let betas = Set(lesson.betas + [lesson.beta]).sorted()
    let observer = lesson.observer
    observer.onModels(betas.count + 3)
    func trainer(_ name: String, run: Int) -> Trainer {
      observer.onModel(name)
      var trainer = Trainer(processor: lesson.processor, seed: lesson.seed.ofRun(run))
      trainer.onProgress = { observer.onProgress(name, $0) }
      trainer.isInterrupted = observer.isInterrupted
      return trainer
    }
    func options(_ own: TrainingOptions) -> TrainingOptions {
      var options = own
      (options.epochs, options.patience) = (epochs, 0)
      return options
    }
    points = try [0, 1].map { run in
      let trainer = trainer("mult-dae, run \(run + 1)", run: run)
      return try trainer.fit(ae.design, to: rows, options: options(ae.training), keepsBest: false).model
    }
    func cloud(_ beta: Double, run: Int) throws -> Autoencoder<GaussianLatent> {
      let trainer = trainer("mult-vae, β \(Number.exact(beta)), run \(run + 1)", run: run)
      var own = vae
      own.beta = beta
      return try trainer.fit(own.design, to: rows, options: options(own.training), keepsBest: false).model
    }
    byBeta = try betas.map { (beta: $0, model: try cloud($0, run: 0)) }
    let main = byBeta.first { $0.beta == lesson.beta }.map { [$0.model] } ?? []
    clouds = main + [try cloud(lesson.beta, run: 1)]
    beta = lesson.beta
    description =
      "the AE is `mult-dae`, the VAE `mult-vae` with β \(Number.exact(lesson.beta)); both have the same input and likelihood and "
      + "\(lesson.latent) latent dimensions, and were trained on \(Number.text(rows.rowCount)) people for \(epochs) epochs"
  }
}

/// What the models make of people known by all of their items.
struct EncodedPeople: Sendable {
  /// By each of ``LessonModels/points``; shape: P × L each.
  let points: [Matrix<Float>]
  /// By each of ``LessonModels/clouds``.
  let clouds: [GaussianLatent.Codes]

  init(_ people: LessonPeople, _ models: LessonModels, _ processor: Processor) {
    points = models.points.map { $0.encode(people.profiles, using: processor.engine).points }
    clouds = models.clouds.map { $0.encode(people.profiles, using: processor.engine) }
  }
}

/// What the lesson draws.
enum LessonDraw: Int, StreamTag {
  static var purpose: RandomPurpose { .lesson }
  /// The training users, where there are too many.
  case users = 0
  /// The items that a person is known by, one stream a person.
  case knownItems = 1
  /// Points from N(0, I).
  case prior = 2
  /// Pairs of people.
  case pairs = 3
  /// Items by their popularity.
  case popular = 4
}

extension Autoencoder {
  /// The ten most probable items at each point (B × L).
  func lists(at points: Matrix<Float>, _ processor: Processor) throws -> [[Int]] {
    let size = 64
    let blocks = (0..<points.rows).blocks(of: size)
    return try processor.map(count: blocks.count) { index in
      let logits = decode(points.selecting(rows: blocks[index]), using: processor.engine)
      return try (0..<logits.rows).map { try topK(logits[row: $0], k: ItemLists.length).map(\.item) }
    }.flatMap(\.self)
  }
}
