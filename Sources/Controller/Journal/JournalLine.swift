public import Reconciler

/// A record as it stands in the log and in the database: one line of RFC 8785 JSON, linked to the line before it.
///
/// The line has the record's members and `chain`, `prev_hash` and `hash`; `hash` is the SHA-256, in hexadecimal, of the 32
/// bytes of `prev_hash` followed by the line without its member `hash`.
public struct JournalLine: Hashable, Sendable {
  /// Gapless from 1 in its chain.
  public let sequence: Int64
  /// The chain's id.
  public let chain: String
  /// The hash of the line before, 64 hexadecimal digits; `firstPrevHash` for sequence 1.
  public let prevHash: String
  /// As stated in the line; `verifyHash` recomputes it.
  public let hash: String
  /// The exact line as it is stored, without its newline.
  public let text: String
  private let content: Content
  /// Whether the stated hash is that of the text.
  private let isHashRight: Bool

  private enum Content: Sendable {
    /// As it was made, or read the long way.
    case record(Record?)
    /// Read the short way.
    case columns(LineColumns)
  }

  /// What stands before the first record of a chain.
  public static let firstPrevHash = String(repeating: "0", count: 64)

  /// The largest line that is read or written, in bytes: the snapshot of ten thousand agents, none of them below its bounds.
  public static let maximumBytes = 192 << 20

  /// Makes the line of a record. Control characters in its texts become U+FFFD and numbers that RFC 8785 would write
  /// differently become strings, so that every reader, PostgreSQL too, sees the same record.
  ///
  /// - Parameter prevHash: the hash of the line before, or `firstPrevHash`.
  public static func make(record: Record, chain: String, prevHash: String) -> JournalLine {
    var encoder = LineEncoder(chain: chain, last: ChainHash(prevHash) ?? .first)
    var out = CanonicalBytes(capacity: 640)
    let kept = encoder.append(record, to: &out)
    return JournalLine(
      of: record, kept: kept, chain: chain, prevHash: prevHash, hash: encoder.last.text,
      text: String(decoding: out.bytes, as: UTF8.self))
  }

  /// A line that was just written.
  ///
  /// - Parameter kept: the record as the line has it.
  init(of record: Record, kept: Record?, chain: String, prevHash: String, hash: String, text: String) {
    sequence = record.sequence
    self.chain = chain
    self.prevHash = prevHash
    self.hash = hash
    self.text = text
    content = .record(kept)
    isHashRight = true
  }

  /// Reads a stored line, which must be its own canonical form byte for byte. Does not judge the hash: see `verifyHash`.
  public static func parse(_ text: String) throws(JournalError) -> JournalLine {
    if let line = JournalLine(usual: text) { return line }
    return try parseAnyhow(text)
  }

  /// Reads it the short way; `nil` if that does not do.
  private init?(usual text: String) {
    var text = text
    let read = text.withUTF8 { line -> (columns: LineColumns, isHashRight: Bool)? in
      guard let columns = unsafe LineColumns(line), let isHashRight = unsafe columns.isHashRight(in: line) else {
        return nil
      }
      return (columns, isHashRight)
    }
    guard let (columns, isHashRight) = read else { return nil }
    self.text = text
    sequence = columns.sequence
    (chain, prevHash, hash) = text.withUTF8 { line in
      unsafe (
        LineColumns.text(columns.chain, in: line), LineColumns.text(columns.prevHash, in: line),
        LineColumns.text(columns.hash, in: line)
      )
    }
    content = .columns(columns)
    self.isHashRight = isHashRight
  }

  /// Reads it the long way, and says what is wrong with it.
  static func parseAnyhow(_ text: String) throws(JournalError) -> JournalLine {
    let bytes = Array(text.utf8)
    let json: JSONValue
    do throws(JSONError) { json = try JSONParser.parse(bytes) } catch { throw .line(problem: error.description) }
    guard case .object(let members) = json else { throw .line(problem: "a line is a JSON object") }
    guard case .number(let sequenceText)? = members["seq"], let sequence = Int64(sequenceText), sequence > 0 else {
      throw .line(problem: "seq must be a whole number from 1")
    }
    guard let chain = members["chain"]?.string, !chain.isEmpty else { throw .line(problem: "chain must be a text") }
    guard let prevHash = members["prev_hash"]?.string, var end = ChainHash(prevHash) else {
      throw .line(problem: "prev_hash must be 64 lower-case hexadecimal digits")
    }
    guard let hash = members["hash"]?.string, Hexadecimal.hash(hash) != nil else {
      throw .line(problem: "hash must be 64 lower-case hexadecimal digits")
    }
    var canonical = CanonicalBytes(capacity: bytes.count)
    canonical.append(json)
    guard canonical.bytes == bytes, RecordText.isClean(line: json) else {
      throw .line(problem: "the line is not in canonical form (RFC 8785)")
    }
    end.follow(body(of: members))
    return JournalLine(
      sequence: sequence, chain: chain, prevHash: prevHash, hash: hash, text: text,
      content: .record(Record(json: json)), isHashRight: end.text == hash)
  }

  private init(
    sequence: Int64, chain: String, prevHash: String, hash: String, text: String, content: Content, isHashRight: Bool
  ) {
    self.sequence = sequence
    self.chain = chain
    self.prevHash = prevHash
    self.hash = hash
    self.text = text
    self.content = content
    self.isHashRight = isHashRight
  }

  /// The line without its member `hash`.
  private static func body(of members: [String: JSONValue]) -> [UInt8] {
    var members = members
    members["hash"] = nil
    return JSONValue.object(members).canonicalBytes
  }

  /// Whether the stated hash is the one that anybody gets from the text.
  public func verifyHash() -> Bool { isHashRight }

  /// The record; `nil` for a line whose record this version does not know. Read out of the text each time.
  public var record: Record? {
    switch content {
    case .record(let record): record
    case .columns(let columns): columns.record(of: text)
    }
  }

  /// What happened; `nil` for a line whose record this version does not know.
  var type: EventType? {
    switch content {
    case .record(let record): record?.type
    case .columns(let columns): columns.type
    }
  }

  /// Where the columns stand in the text; `nil` unless they are all that the line says.
  var columns: LineColumns? {
    switch content {
    case .record:
      var text = text
      return text.withUTF8 { unsafe LineColumns($0) }
    case .columns(let columns): return columns
    }
  }

  public static func == (a: Self, b: Self) -> Bool {
    a.hash == b.hash && a.isHashRight == b.isHashRight && a.text == b.text
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}
