import FileFormats

/// Settings shared by several models: one name, one meaning, one range.
extension Setting {
  private static var widths: ClosedRange<Int> { 1...100_000 }

  /// Widths of hidden layers.
  public static func hidden(
    _ path: Path<[Int]>, search: SearchRange? = nil
  ) -> Setting {
    .list(
      "hidden", path, eachIn: widths, accepted: "widths such as 600 or 600,300, each from 1 to 100000",
      "Widths of the hidden layers, such as 600 or 600,300. Models with a single hidden layer take one width.",
      placeholder: "widths", search: search)
  }

  /// The number of latent dimensions.
  public static func latent(_ path: Path<Int>) -> Setting {
    .whole(
      "latent", path, in: widths, "Width of the code.", placeholder: "width",
      search: .logarithmic(16...512))
  }

  /// The probability that an input entry is dropped in training.
  public static func dropout(_ path: Path<Double>) -> Setting {
    .number(
      "dropout", path, "Probability that an input entry is dropped in training.", placeholder: "p",
      accepted: "a number from 0 up to but not including 1", search: .linear(0...0.8)
    ) { 0 <= $0 && $0 < 1 }
  }

  /// λ of `λ Σ ‖W‖²`.
  public static func weightDecay(_ path: Path<Double>) -> Setting {
    .number(
      "weightDecay", path, "Penalty λ of λ‖W‖².", placeholder: "λ", accepted: "a number of at least 0",
      search: .logarithmic(1e-7...1e-2)
    ) { $0 >= 0 }
  }

  /// The cap of the weight β of the KL term.
  public static func beta(_ path: Path<Double>) -> Setting {
    .number(
      "beta", path, "Largest weight β of the KL term.", placeholder: "β", accepted: "a number of at least 0",
      search: .linear(0...1)
    ) { $0 >= 0 }
  }

  /// T of the schedule of β; see ``KLSchedule``.
  public static func annealingSteps(_ path: Path<Int?>) -> Setting {
    .whole(
      "annealingSteps", path, in: 0...Int(Int32.max),
      """
      Updates for the weight of the KL term to rise linearly to 1, if uncapped (200000 in the paper; 0: the cap \
      throughout; default: it rises by equal factors from a tenth of the cap to the cap at 80 % of the training).
      """)
  }

  /// The likelihood of the input given the output.
  public static func likelihood(
    _ path: Path<Likelihood>, among likelihoods: [Likelihood] = Likelihood.allCases
  ) -> Setting {
    .word("likelihood", path, among: likelihoods, "multinomial, bernoulli or gaussian.")
  }
}

/// A model that is fitted in epochs.
public protocol IterativeModel: ZooModel {
  /// The training options.
  var training: TrainingOptions { get set }
}

extension IterativeModel {
  /// The settings of ``training``.
  public static var trainingSettings: [Setting<Self>] {
    let many = Int(Int32.max)
    return [
      .whole("epochs", \.training.epochs, in: 1...many, "Maximum number of passes over the training users."),
      .whole(
        "batchSize", \.training.batchSize, in: 1...many,
        "Users per update (default: about 20 updates per epoch, 32 to 500 users each; elsa 256).",
        search: .logarithmic(32...1024)),
      .number(
        "learningRate", \.training.learningRate, "Adam's step size.", placeholder: "rate", accepted: "a number above 0",
        search: .logarithmic(1e-4...1e-2)
      ) { $0 > 0 },
      .whole(
        "patience", \.training.patience, in: 0...many,
        "Epochs without improvement on validation before training stops; 0: never."),
    ]
  }
}
