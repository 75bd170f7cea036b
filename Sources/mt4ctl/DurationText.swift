/// Durations as flags take them: `250ms`, `5s`, `1m`, `1h`.
enum DurationText {
  static func parse(_ text: String) -> Duration? {
    for (unit, milliseconds) in [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)] as [(String, Int64)]
    where text.hasSuffix(unit) {
      guard let count = Int64(text.dropLast(unit.count)), count >= 0, count <= 1_000_000_000 else { continue }
      return .milliseconds(count * milliseconds)
    }
    return nil
  }
}
