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
    // By bytes: a quotation mark under an accent is another character, and the same byte for whoever reads the file.
    let quote = UInt8(ascii: "\"")
    guard guarded.utf8.contains(where: { $0 == quote || $0 == UInt8(ascii: ",") || $0 == 0x0D || $0 == 0x0A }) else {
      return guarded
    }
    var out = [quote]
    for byte in guarded.utf8 {
      if byte == quote { out.append(quote) }
      out.append(byte)
    }
    return String(decoding: out + [quote], as: UTF8.self)
  }

  private static func isFormula(_ value: String) -> Bool {
    guard let first = value.unicodeScalars.first, "=+-@'\t\r\n".unicodeScalars.contains(first) else { return false }
    return FixedDecimal(value) == nil
  }
}
