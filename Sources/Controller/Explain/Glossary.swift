public import Reconciler

/// Finds what a word means.
public enum Glossary {
  public enum Answer: Hashable, Sendable {
    case found([Explanation])
    /// Nothing is called so; the nearest that is.
    case unknown(nearest: String?)
  }

  /// - Parameter word: a field's path or its end (`risk.lot_size`), a reason, a condition, a kind of record, or an exit
  ///   code. Case does not matter.
  public static func look(up word: String) -> Answer {
    let plain = word.lowercased()
    var found: [Explanation] = []
    if let entry = FieldTable.entry(at: word) { found.append(Explanation(entry)) }
    found += reasons.filter { $0.rawValue == plain }.map { Explanation($0) }
    found += Condition.Kind.allCases.filter { $0.rawValue.lowercased() == plain }.map { Explanation($0) }
    found += EventType.allCases.filter { $0.rawValue == plain }.map { Explanation($0) }
    found += ExitMeaning.all.filter { "\($0.code)" == plain }.map { Explanation($0) }
    if found.isEmpty { found = ends(with: word) }
    guard found.isEmpty else { return .found(found) }
    return .unknown(nearest: NearestName.nearest(to: word, among: words))
  }

  /// All reasons, in the order of the closed list.
  public static var reasons: [Reason] { Reason.allCases }

  private static func ends(with word: String) -> [Explanation] {
    guard !word.isEmpty else { return [] }
    return FieldTable.paths.filter { $0.hasSuffix(".\(word)") }.compactMap { FieldTable.entry(at: $0) }.map {
      Explanation($0)
    }
  }

  private static let words: [String] =
    FieldTable.paths + FieldTable.paths.compactMap { $0.split(separator: ".").last.map(String.init) }
    + Reason.allCases.map(\.rawValue) + Condition.Kind.allCases.map(\.rawValue) + EventType.allCases.map(\.rawValue)
}
