// Fuzz: libFuzzer's side of the entries. Built by `script/fuzz` alone, with MT4_FUZZ set; libFuzzer brings the main function.

import Dispatch
import Foundation
import Synchronization

/// Which entry this process feeds: MT4_FUZZ_ENTRY.
private let entry: FuzzEntry = {
  let name = ProcessInfo.processInfo.environment["MT4_FUZZ_ENTRY"] ?? ""
  guard let entry = FuzzEntry(rawValue: name) else {
    let names = FuzzEntry.allCases.map(\.rawValue).joined(separator: ", ")
    preconditionFailure("MT4_FUZZ_ENTRY must be one of \(names), and is \"\(name)\"")
  }
  return entry
}()

/// What an entry said, on its way to the thread that waits for it.
private final class Verdict: Sendable {
  let problem = Mutex<String?>(nil)
}

/// libFuzzer calls this with each input, on a thread of its own, which may wait.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: size))
  let verdict = Verdict()
  let done = DispatchSemaphore(value: 0)
  Task {
    let problem = await entry.run(bytes)
    verdict.problem.withLock { $0 = problem }
    done.signal()
  }
  done.wait()
  if let problem = verdict.problem.withLock({ $0 }) { preconditionFailure("\(entry.rawValue): \(problem)") }
  return 0
}
