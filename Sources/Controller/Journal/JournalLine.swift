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
  /// Whether the record says everything that the line does, so that the line's columns can be had from it.
  let isPlain: Bool
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
    if RecordText.isClean(record) { return write(record, chain, prevHash) }
    var members: [String: JSONValue] = [:]
    var changed = false
    for (name, value) in record.json { members[name] = RecordText.clean(value, changed: &changed) }
    let kept = changed ? Record(json: .object(members)) : record
    members["chain"] = .string(chain)
    members["prev_hash"] = .string(prevHash)
    let hash = Self.hash(
      prevHash: Hexadecimal.bytes(prevHash) ?? [], body: JSONValue.object(members).canonicalBytes[...])
    members["hash"] = .string(hash)
    return JournalLine(
      sequence: record.sequence, chain: chain, prevHash: prevHash, hash: hash,
      text: JSONValue.object(members).canonicalText, record: kept, isPlain: kept != nil, computedHash: hash)
  }

  /// The members of `Record.json` and the chain's in their order, written once: the member `hash` is put where it belongs
  /// when the rest is there.
  private static func write(_ record: Record, _ chain: String, _ prevHash: String) -> JournalLine {
    var out = CanonicalBytes(capacity: 640)
    out.raw("{\"action_id\":")
    out.append(record.actionID)
    out.raw(",\"agent_id\":")
    out.append(record.agent?.text)
    out.raw(",\"chain\":")
    out.append(chain)
    out.raw(",\"created_at\":")
    out.append(record.createdAt.rfc3339)
    out.raw(",\"event_type\":")
    out.append(record.type.rawValue)
    let place = out.bytes.count
    out.raw(",\"message\":")
    out.append(record.message)
    out.raw(",\"metadata\":")
    out.append(record.metadata)
    out.raw(",\"observed_at\":")
    out.append(record.observedAt?.rfc3339)
    out.raw(",\"prev_hash\":")
    out.append(prevHash)
    out.raw(",\"reason\":")
    out.append(record.reason?.rawValue)
    out.raw(",\"revision\":")
    out.append(Int64(record.revision))
    out.raw(",\"seq\":")
    out.append(record.sequence)
    out.raw("}")
    let body = out.bytes
    let hash = Self.hash(prevHash: Hexadecimal.bytes(prevHash) ?? [], body: body[...])
    var whole = CanonicalBytes(capacity: body.count + 80)
    whole.raw(body[..<place])
    whole.raw(",\"hash\":")
    whole.append(hash)
    whole.raw(body[place...])
    return JournalLine(
      sequence: record.sequence, chain: chain, prevHash: prevHash, hash: hash,
      text: String(decoding: whole.bytes, as: UTF8.self), record: record, isPlain: true, computedHash: hash)
  }

  /// Reads a stored line, which must be its own canonical form byte for byte. Does not judge the hash: see `verifyHash`.
  public static func parse(_ text: String) throws(JournalError) -> JournalLine {
    let bytes = Array(text.utf8)
    let json: JSONValue
    do throws(JSONError) { json = try JSONParser.parse(bytes) } catch { throw .line(problem: error.description) }
    guard case .object(let members) = json else { throw .line(problem: "a line is a JSON object") }
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
    var canonical = CanonicalBytes(capacity: bytes.count)
    canonical.append(json)
    guard canonical.bytes == bytes, RecordText.isClean(line: json) else {
      throw .line(problem: "the line is not in canonical form (RFC 8785)")
    }
    let record = Record(json: json)
    return JournalLine(
      sequence: sequence, chain: chain, prevHash: prevHash, hash: hash, text: text, record: record,
      isPlain: record.map { $0.says(members) } ?? false,
      computedHash: Self.hash(prevHash: prevBytes, body: body(of: bytes, hash, members)))
  }

  /// The line without its member `hash`: usually cut out of the bytes.
  private static func body(of bytes: [UInt8], _ hash: String, _ members: [String: JSONValue]) -> ArraySlice<UInt8> {
    if Record.isUsual(members), let place = Self.place(ofHash: hash, in: bytes) {
      return bytes[..<place.lowerBound] + bytes[place.upperBound...]
    }
    var members = members
    members["hash"] = nil
    return JSONValue.object(members).canonicalBytes[...]
  }

  /// Where the member stands with its comma. Before it come texts alone, in which no bare quote is, so that the first
  /// place that looks like it is it.
  private static func place(ofHash hash: String, in bytes: [UInt8]) -> Range<Int>? {
    let member = Array(",\"hash\":\"\(hash)\"".utf8)
    var at = 0
    while let comma = bytes[at...].firstIndex(of: UInt8(ascii: ",")), comma + member.count <= bytes.count {
      if bytes[comma..<(comma + member.count)].elementsEqual(member) { return comma..<(comma + member.count) }
      at = comma + 1
    }
    return nil
  }

  /// Whether the stated hash is the one that anybody gets from the text.
  public func verifyHash() -> Bool { hash == computedHash }

  /// SHA-256 of both in a row, in hexadecimal.
  private static func hash(prevHash: [UInt8], body: ArraySlice<UInt8>) -> String {
    var digest = SHA256()
    digest.update(data: prevHash)
    digest.update(data: body)
    return Hexadecimal.text(digest.finalize())
  }
}

extension Record {
  /// Of every line.
  fileprivate static let memberNames: Set<String> = [
    "action_id", "agent_id", "chain", "created_at", "event_type", "hash", "message", "metadata", "observed_at",
    "prev_hash", "reason", "revision", "seq",
  ]

  fileprivate static func isUsual(_ members: [String: JSONValue]) -> Bool {
    members.count == memberNames.count && memberNames.allSatisfy { members[$0] != nil }
  }

  /// Whether what was read is all that the line says: nothing was left out because it could not be read.
  fileprivate func says(_ members: [String: JSONValue]) -> Bool {
    func agrees(_ name: String, _ isThere: Bool) -> Bool { (members[name] != .null) == isThere }
    return Self.isUsual(members) && agrees("agent_id", agent != nil)
      && agrees("reason", reason != nil) && agrees("action_id", actionID != nil)
      && agrees("observed_at", observedAt != nil)
  }
}
