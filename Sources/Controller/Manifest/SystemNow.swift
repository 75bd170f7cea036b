import CDispatch
import CoreFoundation
import Glibc
import Reconciler

extension Timestamp {
  /// The system's wall clock.
  static var systemNow: Timestamp {
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    return Timestamp(microseconds: Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1_000)
  }
}
