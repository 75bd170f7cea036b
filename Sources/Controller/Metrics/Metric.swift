// Metrics: what Prometheus reads of the controller. Nothing here decides anything: counters see what has happened, gauges
// are read off the last published picture when somebody asks, and no other part ever reads a metric.

/// One family: what stands in its `# HELP` and `# TYPE` lines, and which labels its samples carry.
struct Metric: Hashable, Sendable {
  enum Kind: String, Hashable, Sendable {
    case counter
    case gauge
    case histogram
  }

  let name: String
  let kind: Kind
  /// One sentence: meaning, unit and range.
  let help: String
  /// In the order in which they are printed. Their values are bounded: agents, and closed lists.
  var labels: [String] = []
  /// Upper bounds of a histogram's buckets, in microseconds, rising; the last one, without a bound, is added by itself.
  var bucketBounds: [Int64] = []

  static func counter(_ name: String, _ help: String, _ labels: [String] = []) -> Metric {
    Metric(name: name, kind: .counter, help: help, labels: labels)
  }

  static func gauge(_ name: String, _ help: String, _ labels: [String] = []) -> Metric {
    Metric(name: name, kind: .gauge, help: help, labels: labels)
  }

  static func histogram(_ name: String, _ help: String, _ labels: [String] = [], bounds: [Int64]) -> Metric {
    Metric(name: name, kind: .histogram, help: help, labels: labels, bucketBounds: bounds)
  }
}
