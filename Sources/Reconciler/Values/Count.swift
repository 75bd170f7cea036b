/// Counts as people say them.
public enum Count {
  /// `1 position`, `2 positions`.
  public static func of(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
