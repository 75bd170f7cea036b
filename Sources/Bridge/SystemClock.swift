import Glibc
public import Reconciler

/// Where the time comes from; a test puts its own in.
public typealias MomentSource = @Sendable () -> Moment

/// The system's clocks, to the microsecond.
public enum SystemClock {
  /// Now: `CLOCK_REALTIME` as wall time, `CLOCK_MONOTONIC` as steady time.
  public static func now() -> Moment {
    Moment(
      wall: Timestamp(microseconds: microseconds(CLOCK_REALTIME)),
      steady: Steady(microseconds: microseconds(CLOCK_MONOTONIC)))
  }

  private static func microseconds(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    // Cannot fail for these two clocks.
    _ = unsafe clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }
}
