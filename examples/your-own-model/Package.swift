// swift-tools-version: 6.2
import PackageDescription

// A package of your own: this is the manifest it needs.
let package = Package(
  name: "your-own-model",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Doppel", path: "../..")],
  targets: [
    .executableTarget(
      name: "your-own-model", dependencies: [.product(name: "Doppel", package: "Doppel")],
      swiftSettings: [.swiftLanguageMode(.v6)])
  ]
)
