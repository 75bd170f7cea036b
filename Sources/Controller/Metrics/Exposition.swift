import Reconciler

/// Writes the text format of Prometheus, version 0.0.4. Numbers are printed from integers and decimals: none goes through a
/// binary float.
struct Exposition {
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  private(set) var bytes: [UInt8] = []

  /// The head of a family; its samples follow.
  mutating func family(_ metric: Metric) {
    bytes += "# HELP \(metric.name) ".utf8
    escape(metric.help, quotes: false)
    bytes += "\n# TYPE \(metric.name) \(metric.kind.rawValue)\n".utf8
  }

  /// One sample; `values` belong to the metric's labels, in their order.
  mutating func sample(_ metric: Metric, _ values: [String], _ value: String) {
    write(metric.name, metric.labels, values, value)
  }

  mutating func sample(_ metric: Metric, _ values: [String], _ value: Int) {
    sample(metric, values, String(value))
  }

  mutating func sample(_ metric: Metric, _ values: [String], _ value: FixedDecimal) {
    sample(metric, values, value.description)
  }

  mutating func sample(_ metric: Metric, _ values: [String], _ value: Bool) {
    sample(metric, values, value ? "1" : "0")
  }

  /// A family of one sample.
  mutating func gauge(_ metric: Metric, _ value: Int) {
    family(metric)
    sample(metric, [], value)
  }

  mutating func gauge(_ metric: Metric, _ value: String) {
    family(metric)
    sample(metric, [], value)
  }

  /// The buckets, which add up, then the sum and the count.
  mutating func histogram(_ metric: Metric, _ values: [String], _ reading: Histogram.Reading) {
    var total = 0
    let labels = metric.labels + ["le"]
    for (k, count) in reading.counts.enumerated() {
      total += count
      let bound = k < metric.bucketBounds.count ? Self.seconds(metric.bucketBounds[k]) : "+Inf"
      write(metric.name + "_bucket", labels, values + [bound], String(total))
    }
    write(metric.name + "_sum", metric.labels, values, Self.seconds(reading.sumMicroseconds))
    write(metric.name + "_count", metric.labels, values, String(total))
  }

  /// Microseconds as seconds: `1500` is `0.0015`.
  static func seconds(_ microseconds: Int64) -> String {
    FixedDecimal(units: Int128(microseconds) * 1_000_000).description
  }

  private mutating func write(_ name: String, _ labels: [String], _ values: [String], _ value: String) {
    bytes += name.utf8
    if !labels.isEmpty {
      bytes.append(UInt8(ascii: "{"))
      for (k, (label, text)) in zip(labels, values).enumerated() {
        if k > 0 { bytes.append(UInt8(ascii: ",")) }
        bytes += label.utf8
        bytes += "=\"".utf8
        escape(text, quotes: true)
        bytes.append(UInt8(ascii: "\""))
      }
      bytes.append(UInt8(ascii: "}"))
    }
    bytes.append(UInt8(ascii: " "))
    bytes += value.utf8
    bytes.append(0x0A)
  }

  /// Backslash and line feed, and within a label's value the quote.
  private mutating func escape(_ text: String, quotes: Bool) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
      case 0x0A: bytes += #"\n"#.utf8
      case UInt8(ascii: "\"") where quotes: bytes += #"\""#.utf8
      default: bytes.append(byte)
      }
    }
  }
}
