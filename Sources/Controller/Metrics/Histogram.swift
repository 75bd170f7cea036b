import Synchronization

/// Counts of durations by bucket, of one histogram and one set of label values. Observing allocates nothing.
final class Histogram: Sendable {
  /// What was observed so far.
  struct Reading: Hashable, Sendable {
    /// Of each bucket alone, in the order of the bounds; the last is over every bound.
    var counts: [Int]
    var sumMicroseconds: Int64

    var count: Int { counts.reduce(0, +) }
  }

  private let bounds: [Int64]
  private let reading: Mutex<Reading>

  init(_ metric: Metric) {
    bounds = metric.bucketBounds
    reading = Mutex(Reading(counts: Array(repeating: 0, count: metric.bucketBounds.count + 1), sumMicroseconds: 0))
  }

  /// - Parameter microseconds: negative ones (a clock of a test, at most) count as 0.
  func observe(_ microseconds: Int64) {
    let value = max(0, microseconds)
    var bucket = 0
    while bucket < bounds.count, value > bounds[bucket] { bucket += 1 }
    reading.withLock {
      $0.counts[bucket] += 1
      let (sum, overflows) = $0.sumMicroseconds.addingReportingOverflow(value)
      $0.sumMicroseconds = overflows ? .max : sum
    }
  }

  var current: Reading { reading.withLock { $0 } }
}
