// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "recommend",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Doppel", path: "../doppel")],
  targets: [
    .executableTarget(
      name: "recommend", dependencies: [.product(name: "Doppel", package: "Doppel")],
      swiftSettings: [.swiftLanguageMode(.v6)])
  ]
)
