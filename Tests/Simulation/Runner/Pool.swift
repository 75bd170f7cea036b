import Foundation
import Synchronization

/// Worker processes, one a core. A day that crashes or hangs takes down its own process only, and is named.
struct Pool: Sendable {
  enum Result: Sendable {
    case ended(Run.Outcome)
    case died(status: Int32)

    var violation: Run.Outcome.Violation? {
      switch self {
      case .ended(let outcome): outcome.violation
      case .died(let status):
        Run.Outcome.Violation(
          rule: "crash", message: "its process died (\(status)), or took over \(Job.mostSeconds) s", seconds: 0)
      }
    }
  }

  var executable: String
  var processes: Int

  /// Runs what `next` hands out until it hands out nothing; results come in any order, one at a time.
  func run(next: @escaping @Sendable () -> Job?, done: @escaping @Sendable (Job, Result) -> Void) {
    let group = DispatchGroup()
    for _ in 0..<max(processes, 1) {
      group.enter()
      let thread = Thread {
        serve(next, done)
        group.leave()
      }
      thread.stackSize = 1 << 22
      thread.start()
    }
    group.wait()
  }

  /// The jobs in order.
  func run(_ jobs: [Job], done: @escaping @Sendable (Job, Result) -> Void) {
    let queue = Mutex(jobs.makeIterator())
    run(next: { queue.withLock { $0.next() } }, done: done)
  }

  private func serve(_ next: () -> Job?, _ done: (Job, Result) -> Void) {
    var worker: Worker?
    while let job = next() {
      let running = worker ?? Worker(executable)
      if let outcome = running.run(job) {
        worker = running
        done(job, .ended(outcome))
      } else {
        worker = nil
        done(job, .died(status: running.end()))
      }
    }
    _ = worker?.end()
  }
}

/// One worker process.
private final class Worker {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private var buffer = Data()

  init(_ executable: String) {
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = ["work"]
    process.standardInput = input
    process.standardOutput = output
    try? process.run()
  }

  func run(_ job: Job) -> Run.Outcome? {
    guard process.isRunning, var data = try? JSONEncoder().encode(job) else { return nil }
    data.append(10)
    guard (try? input.fileHandleForWriting.write(contentsOf: data)) != nil else { return nil }
    while true {
      if let end = buffer.firstIndex(of: 10) {
        let line = buffer[buffer.startIndex..<end]
        let outcome = try? JSONDecoder().decode(Run.Outcome.self, from: Data(line))
        buffer = Data(buffer[buffer.index(after: end)...])
        return outcome
      }
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { return nil }
      buffer.append(more)
    }
  }

  func end() -> Int32 {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
