internal import Crypto
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
  /// The record; `nil` for a line whose record this version does not know.
  public let record: Record?
  /// The hash that the text has.
  private let computedHash: String

  /// What stands before the first record of a chain.
  public static let firstPrevHash = String(repeating: "0", count: 64)

  /// The largest line that is read or written, in bytes: the snapshot of ten thousand agents, none of them below its bounds.
  public static let maximumBytes = 192 << 20

  /// Makes the line of a record. Control characters in its texts become U+FFFD and numbers that RFC 8785 would write
  /// differently become strings, so that every reader, PostgreSQL too, sees the same record.
  ///
  /// - Parameter prevHash: the hash of the line before, or `firstPrevHash`.
  public static func make(record: Record, chain: String, prevHash: String) -> JournalLine {
    var members: [String: JSONValue] = [:]
    var changed = false
    for (name, value) in record.json { members[name] = RecordText.clean(value, changed: &changed) }
    let kept = changed ? Record(json: .object(members)) : record
    members["chain"] = .string(chain)
    members["prev_hash"] = .string(prevHash)
    let hash = Self.hash(prevHash: Hexadecimal.bytes(prevHash) ?? [], body: JSONValue.object(members).canonicalBytes)
    members["hash"] = .string(hash)
    return JournalLine(
      sequence: record.sequence, chain: chain, prevHash: prevHash, hash: hash,
      text: JSONValue.object(members).canonicalText, record: kept, computedHash: hash)
  }

  /// Reads a stored line, which must be its own canonical form byte for byte. Does not judge the hash: see `verifyHash`.
  public static func parse(_ text: String) throws(JournalError) -> JournalLine {
    let bytes = Array(text.utf8)
    let json: JSONValue
    do throws(JSONError) { json = try JSONParser.parse(bytes) } catch { throw .line(problem: error.description) }
    guard case .object(var members) = json else { throw .line(problem: "a line is a JSON object") }
    guard case .number(let sequenceText)? = members["seq"], let sequence = Int64(sequenceText), sequence > 0 else {
      throw .line(problem: "seq must be a whole number from 1")
    }
    guard let chain = members["chain"]?.string, !chain.isEmpty else { throw .line(problem: "chain must be a text") }
    guard let prevHash = members["prev_hash"]?.string, let prevBytes = Hexadecimal.hash(prevHash) else {
      throw .line(problem: "prev_hash must be 64 lower-case hexadecimal digits")
    }
    guard let hash = members["hash"]?.string, Hexadecimal.hash(hash) != nil else {
      throw .line(problem: "hash must be 64 lower-case hexadecimal digits")
    }
    guard json.canonicalBytes == bytes, RecordText.isClean(line: json) else {
      throw .line(problem: "the line is not in canonical form (RFC 8785)")
    }
    members["hash"] = nil
    let body = JSONValue.object(members)
    return JournalLine(
      sequence: sequence, chain: chain, prevHash: prevHash, hash: hash, text: text, record: Record(json: body),
      computedHash: Self.hash(prevHash: prevBytes, body: body.canonicalBytes))
  }

  /// Whether the stated hash is the one that anybody gets from the text.
  public func verifyHash() -> Bool { hash == computedHash }

  /// SHA-256 of both in a row, in hexadecimal.
  private static func hash(prevHash: [UInt8], body: [UInt8]) -> String {
    var digest = SHA256()
    digest.update(data: prevHash)
    digest.update(data: body)
    return Hexadecimal.text(digest.finalize())
  }
}
