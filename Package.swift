// swift-tools-version: 6.2
import PackageDescription

// One list of settings for every target of our own.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "Doppel",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Doppel", targets: ["Doppel"]),
    .executable(name: "doppel", targets: ["DoppelCommand"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // GSL, the one C library needed to build.
    .systemLibrary(
      name: "CGSL", pkgConfig: "gsl",
      providers: [.apt(["libgsl-dev"]), .brew(["gsl"])]),
    // Vector loops and the counter-based generator: see Docs/decisions.
    .target(name: "CKernels", dependencies: ["CGSL"]),
    // Libraries that are looked for when the program runs.
    .target(name: "SharedLibraries", swiftSettings: settings),
    // Processes that compute together: threads as ranks, or MPI, found when the program runs.
    .target(name: "Communication", dependencies: ["SharedLibraries"], swiftSettings: settings),
    // Numbers: matrices, sparse rows, products, randomness, statistics. The only importer of C.
    .target(
      name: "Compute", dependencies: ["CGSL", "CKernels", "Communication", "SharedLibraries"], swiftSettings: settings),
    // Bytes: mapped and compressed input, whole-or-nothing output, safetensors.
    .target(name: "FileFormats", dependencies: ["SharedLibraries"], swiftSettings: settings),
    // Numbers and tables as people read them.
    .target(name: "Presentation", swiftSettings: settings),
    // Users, items, interactions: reading, filtering, splitting, simulating.
    .target(
      name: "InteractionData", dependencies: ["Communication", "Compute", "FileFormats", "Presentation"],
      swiftSettings: settings),
    // The autoencoder core, the models, the trainer, the model file.
    .target(
      name: "Autoencoders",
      dependencies: ["Communication", "Compute", "FileFormats", "InteractionData", "Presentation"],
      swiftSettings: settings),
    // Metrics, ranking, significance.
    .target(
      name: "Evaluation",
      dependencies: ["Communication", "Compute", "FileFormats", "InteractionData", "Presentation"],
      swiftSettings: settings),
    // One data set, one split, several models, one result.
    .target(
      name: "Experiments",
      dependencies: [
        "Communication", "Compute", "FileFormats", "InteractionData", "Autoencoders", "Evaluation", "Generation",
        "Presentation",
      ],
      swiftSettings: settings),
    // Search for settings: samplers, trials, their journal.
    .target(
      name: "Tuning",
      dependencies: [
        "Communication", "Compute", "FileFormats", "InteractionData", "Autoencoders", "Evaluation", "Experiments",
        "Presentation",
      ],
      swiftSettings: settings),
    // Synthetic users: latent points from a distribution, lengths, items.
    .target(
      name: "Generation",
      dependencies: ["Compute", "FileFormats", "InteractionData", "Autoencoders", "Presentation"],
      swiftSettings: settings),
    // What synthetic users are worth: fidelity, utility, privacy.
    .target(
      name: "Audit",
      dependencies: [
        "Compute", "FileFormats", "InteractionData", "Autoencoders", "Evaluation", "Experiments", "Generation",
        "Presentation",
      ],
      swiftSettings: settings),
    // What a latent space holds: bounds, active units, agreement, recovery of the truth.
    .target(
      name: "Inspection",
      dependencies: [
        "Compute", "FileFormats", "InteractionData", "Autoencoders", "Evaluation", "Experiments", "Presentation",
      ],
      swiftSettings: settings),
    // AE against VAE in one minute: claims, measured.
    .target(
      name: "Lesson",
      dependencies: [
        "Compute", "FileFormats", "InteractionData", "Autoencoders", "Evaluation", "Experiments", "Generation",
        "Inspection", "Presentation",
      ],
      swiftSettings: settings),
    // Plots as SVG: scales, axes, marks. Knows nothing of recommendation.
    .target(name: "Plots", dependencies: ["Presentation"], swiftSettings: settings),
    // One look for every HTML report.
    .target(
      name: "Reports",
      dependencies: [
        "Compute", "FileFormats", "InteractionData", "Autoencoders", "Evaluation", "Experiments", "Generation",
        "Audit", "Inspection", "Lesson", "Plots", "Presentation", "Tuning",
      ],
      // In the binary, so that one file is all there is to install.
      resources: ["report.css", "network.js", "explorer.js"].map { .embedInCode("Resources/\($0)") },
      swiftSettings: settings),
    // The umbrella: `import Doppel` gives all of the above.
    .target(
      name: "Doppel",
      dependencies: [
        "Communication", "Compute", "FileFormats", "InteractionData", "Autoencoders", "Evaluation", "Experiments",
        "Generation", "Audit", "Inspection", "Lesson", "Presentation", "Reports", "Tuning", "Export",
      ],
      swiftSettings: settings),
    // Models for other run times: ONNX.
    .target(
      name: "Export",
      dependencies: ["Compute", "FileFormats", "InteractionData", "Autoencoders", "Evaluation", "Experiments"],
      swiftSettings: settings),
    // Config files: YAML or JSON that stands for flags and settings of single models.
    .target(name: "Settings", dependencies: ["FileFormats", "Yams"], swiftSettings: settings),
    .executableTarget(
      name: "DoppelCommand",
      dependencies: ["Doppel", "FileFormats", "Presentation", "Settings", argumentParser],
      swiftSettings: settings),

    // Examples, each one file; CommandTests runs them.
    .executableTarget(
      name: "compare-models", dependencies: ["Doppel"], path: "examples/compare-models",
      swiftSettings: settings),
    .executableTarget(
      name: "recommend-for-a-newcomer", dependencies: ["Doppel"],
      path: "examples/recommend-for-a-newcomer", swiftSettings: settings),
    .executableTarget(
      name: "point-or-distribution", dependencies: ["Doppel"], path: "examples/point-or-distribution",
      swiftSettings: settings),
    .executableTarget(
      name: "ae-against-vae", dependencies: ["Doppel"], path: "examples/ae-against-vae",
      swiftSettings: settings),

    // Mutated input for every reader; `make fuzz` runs it.
    .executableTarget(
      name: "fuzz-readers", dependencies: ["Doppel", "Compute", "FileFormats", "Settings"],
      path: "Tests/FuzzReaders", swiftSettings: settings),
    // Runs parts of the library for the programs in Benchmarks.
    .executableTarget(
      name: "doppel-benchmark",
      dependencies: [
        "Autoencoders", "Compute", "Evaluation", "Experiments", "FileFormats", "InteractionData", "Tuning",
      ],
      path: "Benchmarks/Programs/doppel-benchmark", swiftSettings: settings),

    .target(
      name: "TestSupport",
      dependencies: ["Compute", "FileFormats", "InteractionData", "Autoencoders", "Evaluation", "Presentation"],
      path: "Tests/TestSupport", swiftSettings: settings),
    .testTarget(name: "CommunicationTests", dependencies: ["Communication"], swiftSettings: settings),
    .testTarget(
      name: "ComputeTests", dependencies: ["Communication", "Compute", "TestSupport"], exclude: ["Fixtures"],
      swiftSettings: settings),
    .testTarget(
      name: "AutoencodersTests",
      dependencies: [
        "Autoencoders", "Communication", "Compute", "Evaluation", "FileFormats", "InteractionData", "TestSupport",
      ],
      exclude: ["Fixtures"], swiftSettings: settings),
    .testTarget(
      name: "ExperimentsTests",
      dependencies: [
        "Autoencoders", "Communication", "Compute", "Evaluation", "Experiments", "FileFormats", "Generation",
        "InteractionData", "Presentation", "TestSupport",
      ],
      exclude: ["Fixtures"], swiftSettings: settings),
    .testTarget(
      name: "TuningTests",
      dependencies: [
        "Autoencoders", "Communication", "Compute", "Evaluation", "Experiments", "FileFormats", "InteractionData",
        "TestSupport", "Tuning",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "EvaluationTests", dependencies: ["Compute", "InteractionData", "Evaluation", "Presentation"],
      swiftSettings: settings),
    .testTarget(name: "FileFormatsTests", dependencies: ["FileFormats", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "InteractionDataTests", dependencies: ["Compute", "FileFormats", "InteractionData", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "GenerationTests",
      dependencies: ["Autoencoders", "Compute", "FileFormats", "Generation", "InteractionData", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "AuditTests",
      dependencies: [
        "Audit", "Autoencoders", "Compute", "Experiments", "FileFormats", "Generation", "InteractionData",
        "TestSupport",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "InspectionTests",
      dependencies: [
        "Autoencoders", "Compute", "Experiments", "FileFormats", "Inspection", "InteractionData", "Presentation",
        "TestSupport",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "LessonTests",
      dependencies: ["Autoencoders", "Compute", "FileFormats", "InteractionData", "Lesson", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "ExportTests",
      dependencies: [
        "Autoencoders", "Compute", "Experiments", "Export", "FileFormats", "InteractionData", "TestSupport",
      ],
      swiftSettings: settings),
    .testTarget(name: "PlotsTests", dependencies: ["Plots"], swiftSettings: settings),
    .testTarget(name: "SettingsTests", dependencies: ["FileFormats", "Settings"], swiftSettings: settings),
    .testTarget(name: "PresentationTests", dependencies: ["Presentation"], swiftSettings: settings),
    .testTarget(
      name: "ReportsTests",
      dependencies: [
        "Audit", "Autoencoders", "Compute", "Evaluation", "Experiments", "FileFormats", "Generation", "Inspection",
        "InteractionData", "Plots", "Presentation", "Reports", "TestSupport",
      ],
      swiftSettings: settings),
    // Runs the built executables; depends on them only so that they are built.
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "Doppel", "DoppelCommand", "compare-models", "recommend-for-a-newcomer", "point-or-distribution",
        "ae-against-vae",
      ],
      exclude: ["Snapshots"], swiftSettings: settings),
  ]
)

// The reference pages of `make docs` need a plugin; who merely uses this package never fetches it.
if Context.environment["DOPPEL_DOCS"] != nil {
  package.dependencies.append(
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.5"))
}
