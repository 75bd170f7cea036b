// Runner: `simulate`, the optimised build that runs whole days by the thousand, one process a core. What a run is and which
// rules it is held to lives in the folders beside this one; here is only who runs what, and what is told about it.

import Foundation

/// `simulate [days|kills|planted|trace SEED|plant FOLDER] [OPTIONS]`; see `docs/reliability.md`.
@main
struct Simulate {
  static func main() {
    var options: Options
    do throws(OptionError) {
      options = try Options(CommandLine.arguments.dropFirst(), ProcessInfo.processInfo.environment)
    } catch {
      print("simulate: \(error.message)")
      exit(64)
    }
    switch options.command {
    case .work: work()
    case .days: finish(Days(options).run())
    case .kills: finish(Kills(options).run())
    case .planted: finish(PlantedBugs(options).run())
    case .trace: trace(options)
    case .plant(let folder): finish(CoreBug.plant(in: folder))
    }
  }

  private static func finish(_ isGreen: Bool) { exit(isGreen ? 0 : 1) }

  /// A worker: a job a line, a result a line.
  private static func work() {
    let decoder = JSONDecoder()
    let encoder = JSONEncoder()
    while let line = readLine() {
      guard let job = try? decoder.decode(Job.self, from: Data(line.utf8)) else { exit(65) }
      // A day that does not end is a finding, too.
      alarm(Job.mostSeconds)
      setPlanted(job.variation.bug)
      let outcome = Run.seed(job.seed, job.variation)
      guard let data = try? encoder.encode(outcome) else { exit(70) }
      print(String(decoding: data, as: UTF8.self))
      fflush(nil)
    }
  }

  private static func trace(_ options: Options) {
    setPlanted(options.variation.bug)
    let outcome: Run.Outcome
    if options.lines == .max {
      outcome = Run.tell(options.first, options.variation) { line in
        print(line)
        fflush(nil)
      }
    } else {
      for line in Run.story(options.first, options.variation, lines: options.lines) { print(line) }
      outcome = Run.seed(options.first, options.variation)
    }
    print("trace \(String(outcome.hash, radix: 16)), \(outcome.passes) passes, \(outcome.sent) POSTs")
    guard let violation = outcome.violation else { return print("seed \(options.first) breaks no rule") }
    print("seed \(options.first) breaks \(violation.rule) at \(violation.seconds) s: \(violation.message)")
    exit(1)
  }
}

/// One run for a worker.
struct Job: Codable, Sendable {
  /// A day takes a second or two; a machine may be busy.
  static let mostSeconds: UInt32 = 300

  var seed: UInt64
  var variation = Variation()
  /// The planted bug whose search this run belongs to.
  var searched: String?
}
