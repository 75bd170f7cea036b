// Sanitizers: a program with the bugs that the sanitizers are there for, so that each run of `script/sanitize` begins with the
// proof that it would see them. Compiled by that script alone.

import Dispatch
import Glibc
import Synchronization

/// Guarded by a mutex that two threads meet at all the time: no race, and none may be reported.
private final class Guarded: Sendable {
  let value = Mutex(0)
}

private let guarded = Guarded()
private nonisolated(unsafe) var bare = 0

private func meet(_ work: @escaping @Sendable () -> Void) {
  let group = DispatchGroup()
  for _ in 0..<4 { DispatchQueue.global().async(group: group) { for _ in 0..<4000 { work() } } }
  group.wait()
}

switch CommandLine.arguments.last {
case "mutex":
  meet { guarded.value.withLock { $0 += usleep(10) == 0 ? 1 : 0 } }
  guard guarded.value.withLock({ $0 }) == 16_000 else { exit(1) }
case "race":
  // The mutex beside it must not hide it.
  meet {
    guarded.value.withLock { $0 += 1 }
    bare += 1
  }
case "bounds":
  let room = UnsafeMutablePointer<UInt8>.allocate(capacity: 8)
  room.initialize(repeating: 0, count: 8)
  print(room[CommandLine.arguments.count + 7])
case "freed":
  let room = UnsafeMutablePointer<UInt8>.allocate(capacity: 8)
  room.initialize(repeating: 0, count: 8)
  room.deallocate()
  print(room[CommandLine.arguments.count])
default: exit(64)
}
