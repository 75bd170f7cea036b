// swift-tools-version: 6.2

import PackageDescription

// The simulation as a package of its own: optimised, and without the libraries that only the shell needs. `Sources` is a link to
// the product's. The main package compiles the same files as a test target, for a smoke test in debug builds.

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("ImmutableWeakCaptures"),
  .treatAllWarnings(as: .error),
]
/// The world and the checker look into the core's state.
let opened: [SwiftSetting] = strict + [.unsafeFlags(["-enable-testing"])]
/// Its `assert`s are checked in the optimised build, too: a look that goes the short way is planned all the same.
let asserting: [SwiftSetting] = opened + [.unsafeFlags(["-assert-config", "Debug"])]

let package = Package(
  name: "simulation",
  targets: [
    .target(name: "Reconciler", path: "Sources/Reconciler", swiftSettings: asserting),
    .target(
      name: "PaperTerminal", dependencies: ["Reconciler"], path: "Sources/PaperTerminal",
      exclude: ["Server"], swiftSettings: opened),
    .executableTarget(
      name: "simulate", dependencies: ["Reconciler", "PaperTerminal"], path: ".",
      exclude: ["Sources", "Smoke"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
