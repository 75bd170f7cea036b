import CDispatch
import CLibPQ
import Glibc

/// How much a thread gives way to others.
enum Niceness {
  /// Has the calling thread, and the threads and processes that it starts from now on, give way to the other threads of this
  /// process: where there is too little time for all, a breach is acted upon first.
  ///
  /// - Parameter steps: of niceness, on top of what the thread has; each leaves it a fifth less of a contended processor.
  static func giveWay(steps: Int32 = 5) {
    // Of Linux' threads each has a niceness of its own.
    let own = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
    _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, min(own + steps, 19))
    // Where a service manager has given the process a real-time policy, niceness says nothing.
    var real = sched_param()
    let policy = sched_getscheduler(0)
    guard policy == SCHED_RR || policy == SCHED_FIFO, unsafe sched_getparam(0, &real) == 0 else { return }
    real.sched_priority = max(1, real.sched_priority - 1)
    _ = unsafe sched_setscheduler(0, policy, &real)
  }
}
