/// "Did you mean": the nearest right word to a misspelt one.
enum NearestName {
  /// The candidate with the fewest edits to `name`, if they are few for its length; of equals the first.
  static func nearest(to name: String, among candidates: [String]) -> String? {
    let plain = normalised(name)
    guard plain.utf8.count <= 64 else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let distance = distance(plain, normalised(candidate))
      guard distance <= max(1, min(candidate.utf8.count, plain.utf8.count + 1) / 3) else { continue }
      if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
    }
    return best?.name
  }

  /// `maxPositions`, `max-positions` and `MAX_POSITIONS` are one word.
  private static func normalised(_ name: String) -> String {
    name.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " }
  }

  /// Optimal string alignment: insert, delete, replace, or swap two neighbours, each one edit.
  static func distance(_ a: String, _ b: String) -> Int {
    let a = Array(a.unicodeScalars)
    let b = Array(b.unicodeScalars)
    var beforePrevious: [Int] = []
    var previous = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var best = min(previous[j + 1] + 1, row[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforePrevious[j - 1] + 1) }
        row.append(best)
      }
      (beforePrevious, previous) = (previous, row)
    }
    return previous[b.count]
  }
}
