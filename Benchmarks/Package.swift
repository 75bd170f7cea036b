// swift-tools-version: 6.2

import PackageDescription

// A package of its own, so that a plain build of the product does not pay for it. See docs/performance.md.
let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "mt4-controller", path: "..")],
  targets: [
    .systemLibrary(name: "CLimits", pkgConfig: "libcurl yaml-0.1"),
    .target(name: "CBare", dependencies: ["CLimits"], cSettings: [.unsafeFlags(["-O2"])]),
    .executableTarget(
      name: "bench",
      dependencies: [
        "CBare",
        .product(name: "Reconciler", package: "mt4-controller"),
      ]),
    .executableTarget(
      name: "bench-service",
      dependencies: [
        "CBare",
        .product(name: "Reconciler", package: "mt4-controller"),
        .product(name: "Controller", package: "mt4-controller"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
