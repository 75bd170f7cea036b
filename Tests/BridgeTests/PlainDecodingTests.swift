import Reconciler
import Testing

@testable import Bridge

/// The fast way of decoding may only ever say what the long way says.
struct PlainDecodingTests {
  private static let context = DecodingContext(
    symbols: SymbolNames(suffix: ""), zone: .utc, cleaner: TextCleaner(hiding: []))

  private static let replies: [(ReadPart, String)] = [
    (
      .positions,
      #"{"count":2,"positions":[{"ticket":1001,"symbol":"EURUSD","type":"buy","lots":0.05,"open_price":1.08512,"current_price":"1.08600","sl":0.90000,"tp":0,"profit":-0.05,"swap":-1.20,"commission":0.00,"magic":0,"comment":"from #7","open_time":"2026-01-05T10:00:00Z"},{"ticket":"1002","symbol":"XAUUSD","type":1,"lots":1,"open_price":2400.1,"sl":null,"profit":0}]}"#
    ),
    (.positions, #"{"positions":[]}"#),
    (
      .account,
      #"{"account":77,"name":"x","server":"S-Demo","currency":"USD","leverage":"1:100","balance":10000.00,"credit":0.00,"equity":9999.95,"profit":-0.05,"margin":100.00,"free_margin":9900.00,"margin_level":1e4,"trade_allowed":true,"demo":1,"timestamp":"2026-11-21T05:00:00Z"}"#
    ),
    (
      .account,
      #"{"balance":1,"equity":1,"margin":0,"free_margin":1,"profit":0,"currency":"EUR","leverage":30,"credit":"0.10"}"#
    ),
    (
      .orders,
      #"{"orders":[{"ticket":5,"symbol":"EURUSD","type":"buylimit","lots":0.10,"price":1.05,"sl":1.0,"tp":0,"comment":""}]}"#
    ),
  ]

  private static func outcome(
    _ body: () throws(DecodingError) -> DecodedPart?
  ) -> Result<DecodedPart?, DecodingError> {
    do throws(DecodingError) { return .success(try body()) } catch { return .failure(error) }
  }

  /// - Returns: whether the fast way had a word on it.
  private static func compare(_ bytes: [UInt8], _ part: ReadPart) -> Bool {
    let fast = outcome { () throws(DecodingError) in try context.decodePlain(bytes, of: part) }
    if case .success(nil) = fast { return false }
    let full = outcome { () throws(DecodingError) in try context.decodeFully(bytes, of: part) }
    #expect(fast == full, "\(String(decoding: bytes, as: UTF8.self))")
    return true
  }

  @Test func `a plain reply goes the fast way, and means the same as the long way`() {
    let fast = Self.replies.filter { Self.compare(Array($0.1.utf8), $0.0) }.count
    // The exponent in one of the accounts is not plain.
    #expect(fast == Self.replies.count - 1)
  }

  @Test func `an object of very many members goes the long way, which does not compare each with all`() throws {
    let names = (0..<100_000).map { #""n\#(100_000 + $0)":0"# }.joined(separator: ",")
    let bytes = Array(#"{"positions":[],\#(names)}"#.utf8)
    #expect(try Self.context.decodePlain(bytes, of: .positions) == nil)
    #expect(try Self.context.decodeFully(bytes, of: .positions) == .positions([]))
    #expect(try Self.context.decodePlain(Array(#"{"positions":[{\#(names)}]}"#.utf8), of: .positions) == nil)
  }

  @Test(arguments: [UInt8(ascii: "\""), 0x5C, 0x2C, 0x30, 0x2D, 0x2E, 0x65, 0x7B, 0x7D, 0x5B, 0x20, 0x00, 0xC3])
  func `a reply with any one byte changed, dropped or added is never taken for something else`(_ byte: UInt8) {
    for (part, text) in Self.replies {
      let bytes = Array(text.utf8)
      for k in bytes.indices {
        var changed = bytes
        changed[k] = byte
        _ = Self.compare(changed, part)
        changed = bytes
        changed.insert(byte, at: k)
        _ = Self.compare(changed, part)
        changed = bytes
        changed.remove(at: k)
        _ = Self.compare(changed, part)
      }
    }
  }

  @Test(arguments: [
    #"{"success":false,"positions":[]}"#, #"{"error":"no","positions":[]}"#, #"{"data":[]}"#, #"[]"#, #"{}"#, #""#,
    #"{"positions":[{}]}"#, #"{"positions":[],"positions":[]}"#, #"{"positions":[{"ticket":1,"ticket":2}]}"#,
    #"{"positions":[]} x"#, #"{"orders":[]}"#, #"{"positions":{"7":{}}}"#, #"{"positions":[],"positions":1}"#,
    #"{"a":1,"positions":[],"a":2}"#, #"{"positions":[{"a":01}]}"#, #"{"positions":[{"a":-}]}"#,
  ])
  func `what is not plain is left to the long way`(_ text: String) {
    #expect(!Self.compare(Array(text.utf8), .positions))
  }
}
