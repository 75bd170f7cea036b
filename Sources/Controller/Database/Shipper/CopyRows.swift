import Glibc
import Reconciler

/// Rows of `trading.agent_logs` as COPY reads them: what `ShipSQL.records` derives in the server, cut out of the lines here.
struct CopyRows {
  private(set) var bytes: [UInt8] = []

  static let sql: StaticString = """
    COPY trading.agent_logs (chain, id, agent_id, event_type, reason, message, metadata, action_id, revision,
      observed_at, created_at, prev_hash, hash, record) FROM STDIN
    """

  /// - Returns: `false`, and nothing was added, for a line that has more than its columns, or a time that the server might
  ///   read in another way.
  mutating func append(_ line: JournalLine) -> Bool {
    guard let columns = line.columns, Self.isUsual(columns.created), columns.observed.map(Self.isUsual) ?? true else {
      return false
    }
    if bytes.isEmpty { bytes.reserveCapacity(2 << 20) }
    var text = line.text
    text.withUTF8 { line in
      unsafe add(text: columns.chain, of: line)
      add(number: columns.sequence)
      unsafe add(text: columns.agent, of: line)
      unsafe add(text: columns.typeText, of: line)
      unsafe add(text: columns.reasonText, of: line)
      unsafe add(text: columns.message, of: line)
      unsafe add(json: UnsafeBufferPointer(rebasing: line[columns.metadata.range]))
      unsafe add(text: columns.actionID, of: line)
      add(number: Int64(columns.revision))
      unsafe add(text: columns.observedAt, of: line)
      unsafe add(text: columns.createdAt, of: line)
      unsafe add(text: columns.prevHash, of: line)
      unsafe add(text: columns.hash, of: line)
      unsafe add(json: line)
    }
    bytes[bytes.count - 1] = UInt8(ascii: "\n")
    return true
  }

  /// A year of four digits.
  private static func isUsual(_ time: Timestamp) -> Bool {
    (0..<253_402_300_800_000_000).contains(time.microseconds)
  }

  // Each ends with a tab. A line has no control characters: of what COPY has a meaning for, only backslashes are there.

  private mutating func add(number: Int64) {
    var digits = String(number)
    digits.withUTF8 { unsafe bytes.append(contentsOf: $0) }
    bytes.append(UInt8(ascii: "\t"))
  }

  /// What a JSON string says: a quote loses its backslash, and what is written `\\` there is so here too.
  @unsafe private mutating func add(text place: LineColumns.Place?, of line: UnsafeBufferPointer<UInt8>) {
    guard let place else { return bytes.append(contentsOf: "\\N\t".utf8) }
    let text = unsafe UnsafeBufferPointer(rebasing: line[place.range])
    if unsafe Self.hasBackslash(text) {
      var isEscaped = false
      for k in 0..<text.count {
        let byte = unsafe text[k]
        if isEscaped || byte != UInt8(ascii: "\\") {
          if isEscaped, byte == UInt8(ascii: "\\") { bytes.append(byte) }
          bytes.append(byte)
          isEscaped = false
        } else {
          isEscaped = true
        }
      }
    } else {
      unsafe bytes.append(contentsOf: text)
    }
    bytes.append(UInt8(ascii: "\t"))
  }

  @unsafe private mutating func add(json: UnsafeBufferPointer<UInt8>) {
    if unsafe Self.hasBackslash(json) {
      for k in 0..<json.count {
        let byte = unsafe json[k]
        if byte == UInt8(ascii: "\\") { bytes.append(byte) }
        bytes.append(byte)
      }
    } else {
      unsafe bytes.append(contentsOf: json)
    }
    bytes.append(UInt8(ascii: "\t"))
  }

  @unsafe private static func hasBackslash(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = text.baseAddress else { return false }
    return unsafe memchr(base, 0x5C, text.count) != nil
  }
}
