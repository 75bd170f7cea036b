/// Sizes as people write them: `500MB`, `2GB`.
enum ByteText {
  private static let units: [(String, Int64)] = [
    ("KB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
  ]

  /// `nil` for anything that is not a whole number of one of these units, or too many.
  static func parse(_ text: String) -> Int64? {
    for (name, size) in units where text.hasSuffix(name) {
      guard let count = Int64(text.dropLast(name.count)), count > 0 else { return nil }
      let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
      return overflow ? nil : bytes
    }
    return nil
  }
}
