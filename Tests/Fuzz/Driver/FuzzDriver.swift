// Fuzz: libFuzzer's side of the entries. Built by `script/fuzz` alone, with MT4_FUZZ set; libFuzzer brings the main function.

import Foundation

/// Which entry this process feeds: MT4_FUZZ_ENTRY.
private let entry: FuzzEntry = {
  let name = ProcessInfo.processInfo.environment["MT4_FUZZ_ENTRY"] ?? ""
  guard let entry = FuzzEntry(rawValue: name) else {
    let names = FuzzEntry.allCases.map(\.rawValue).joined(separator: ", ")
    preconditionFailure("MT4_FUZZ_ENTRY must be one of \(names), and is \"\(name)\"")
  }
  return entry
}()

/// libFuzzer calls this with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: size))
  if let problem = entry.run(bytes) { preconditionFailure("\(entry.rawValue): \(problem)") }
  return 0
}
