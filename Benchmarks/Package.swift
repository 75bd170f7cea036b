// swift-tools-version: 6.2

import PackageDescription

// A package of its own, so that a plain build of the product does not pay for it. See docs/performance.md.
let package = Package(
  name: "Benchmarks",
  dependencies: [
    .package(name: "mt4-controller", path: ".."),
    // For the bare hash, and the bare route, which the journal and REST are measured beside.
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
  ],
  targets: [
    .systemLibrary(name: "CLimits", pkgConfig: "libcurl yaml-0.1 libpq"),
    .target(name: "CBare", dependencies: ["CLimits"], cSettings: [.unsafeFlags(["-O2"])]),
    .target(name: "Harness"),
    .executableTarget(
      name: "bench",
      dependencies: [
        "CBare", "Harness",
        .product(name: "Reconciler", package: "mt4-controller"),
      ]),
    .executableTarget(
      name: "bench-service",
      dependencies: [
        "CBare", "Harness",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Reconciler", package: "mt4-controller"),
        .product(name: "Controller", package: "mt4-controller"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
