// Demo: a story told as it happens, on paper terminals, with the real controller, journal and database. It comes true or the
// command fails: each chapter is checked in the terminals' own books and in the record.

import ArgumentParser
import Controller
import Foundation
import Logging
import PaperTerminal
import Reconciler

/// `mt4ctl demo`.
struct Demo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Watch the controller work: paper terminals, a private database, and a story.",
    discussion: """
      Paper terminals for every agent of the manifests replay real quotes; the controller keeps them as declared. A rogue \
      strategy opens a pair that its agent may not hold; a losing position takes an agent through its daily loss; a target \
      is declared, and its stop is moved by hand. The folder of manifests is copied, never changed.

      Exits 0 only if the story came true.

      Example:
        mt4ctl demo --headless --duration 30s
      """)

  @Option(help: "How long to run, at least until the story is over: 30s, 5m.")
  var duration = "60s"

  @Option(help: "Seed of the paper terminals.")
  var seed: UInt64 = 1

  @Flag(help: "For machines: no colour, no waiting for a key, and not a second longer than --duration.")
  var headless = false

  @Option(help: "Folder of manifests to copy.")
  var manifests = "manifests"

  @Option(help: "Where to serve HTTP; port 0 takes a free one.")
  var listen = "127.0.0.1:0"

  @Option(
    name: .customLong("keep-in"), help: "Folder for manifests, journal and database; by default a new one that is kept."
  )
  var folder: String?

  mutating func run() async throws {
    guard let length = DurationText.parse(duration), length >= .seconds(15) else {
      throw ValidationError("--duration \(duration): write a duration of 15s or more, such as 60s.")
    }
    guard let address = ListenAddress(listen), address.isLoopback else {
      throw ValidationError("--listen \(listen): write a loopback address and a port, such as 127.0.0.1:8090.")
    }
    let teller = Teller(colour: !headless && isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil)
    let stage: DemoStage
    do throws(DemoError) {
      stage = try await DemoStage.build(
        manifests: manifests, folder: folder, seed: seed, listen: address, teller: teller)
    } catch {
      Terminal.error(error.description)
      throw ExitCode(1)
    }
    let service = stage.service
    let signals = Signals(service: service)
    let cameTrue = await stage.play(length, teller)
    signals.cancel()
    if !cameTrue { throw ExitCode(1) }
  }
}

/// Why the demo cannot go on.
struct DemoError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
