import Reconciler

/// CSV as RFC 4180 has it, safe to open in a spreadsheet.
///
/// A cell that is no number and begins with `=`, `+`, `-`, `@` or an apostrophe gets a leading apostrophe: a spreadsheet
/// would run it as a formula. Records have no control characters, and so no tab or line end either.
public enum CSVText {
  /// One row with its line end.
  public static func row(_ values: [String]) -> String { values.map(cell).joined(separator: ",") + "\r\n" }

  static func cell(_ value: String) -> String {
    let guarded = isFormula(value) ? "'" + value : value
    return guarded.contains { "\",\r\n".contains($0) } ? "\"" + guarded.replacing("\"", with: "\"\"") + "\"" : guarded
  }

  private static func isFormula(_ value: String) -> Bool {
    guard let first = value.unicodeScalars.first, "=+-@'\t\r\n".unicodeScalars.contains(first) else { return false }
    return FixedDecimal(value) == nil
  }
}
