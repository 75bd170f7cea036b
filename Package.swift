// swift-tools-version: 6.2

import PackageDescription

/// Every target: language mode 6, the upcoming features, and no warning that anybody could get used to.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("ImmutableWeakCaptures"),
  .treatAllWarnings(as: .error),
]

/// Targets that call C: each unsafe expression is marked by the word `unsafe`.
let callsC: [SwiftSetting] = strict + [.strictMemorySafety()]

/// The dashboard's files, as a browser loads them.
let dashboard = [
  "dashboard.html", "dashboard.css", "icon.svg", "api.js", "card.js", "chart.js", "fleet.js", "log.js", "main.js",
  "state.js",
  "stream.js", "util.js",
]

let package = Package(
  name: "mt4-controller",
  products: [
    .executable(name: "mt4ctl", targets: ["mt4ctl"]),
    // For Benchmarks/, which is a package of its own.
    .library(name: "Reconciler", targets: ["Reconciler"]),
    .library(name: "Controller", targets: ["Controller"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(
      url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(
      name: "CLibCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(
      name: "CLibSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),

    .target(name: "Reconciler", swiftSettings: strict),
    .target(name: "Bridge", dependencies: ["Reconciler", "CLibCurl"], swiftSettings: callsC),
    .target(
      name: "PaperTerminal",
      dependencies: [
        "Reconciler",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ], swiftSettings: strict),
    .target(
      name: "Controller",
      dependencies: [
        "Reconciler", "Bridge", "CLibCurl", "CLibYAML", "CLibPQ", "CLibSystemd",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "JWTKit", package: "jwt-kit"),
        .product(name: "Logging", package: "swift-log"),
      ],
      // The page is part of the program: one file, wherever it runs.
      resources: dashboard.map { .embedInCode("Dashboard/Assets/\($0)") }, swiftSettings: callsC),
    .executableTarget(
      name: "mt4ctl",
      dependencies: [
        "Controller", "PaperTerminal", "Bridge", "Reconciler",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ], swiftSettings: strict),

    .testTarget(name: "ReconcilerTests", dependencies: ["Reconciler"], swiftSettings: strict),
    .testTarget(
      // A smoke test; `script/simulate` builds the same sources optimised, as a package of their own.
      name: "Simulation", dependencies: ["Reconciler", "PaperTerminal", "Controller"], path: "Tests/Simulation",
      exclude: ["Package.swift", "Sources", "Runner", "Planted"],
      swiftSettings: strict),
    .testTarget(name: "BridgeTests", dependencies: ["Bridge", "Reconciler"], swiftSettings: strict),
    .testTarget(
      name: "PaperTerminalTests", dependencies: ["PaperTerminal", "Reconciler"],
      swiftSettings: strict),
    .testTarget(
      // It runs the built mt4ctl as a process of its own.
      name: "ControllerTests",
      dependencies: [
        "Bridge", "Controller", "PaperTerminal", "Reconciler", "mt4ctl",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)

// Only `script/fuzz` sets this: libFuzzer brings a main function of its own, and a plain build does not pay for it.
if Context.environment["MT4_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "Bridge", "Controller", "Reconciler", .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Logging", package: "swift-log"),
      ],
      path: "Tests/Fuzz/Driver", swiftSettings: [.unsafeFlags(["-parse-as-library"])]))
}
