import Reconciler

/// Where the members of a line stand in it, and what the short ones say: of a line that is canonical, clean, and has the
/// members of `Record.json` and no others. Any other line is read the long way, by `JournalLine.parse`.
struct LineColumns: Hashable, Sendable {
  /// Bytes of the line.
  struct Place: Hashable, Sendable {
    var start: UInt32
    var end: UInt32

    var range: Range<Int> { Int(start)..<Int(end) }
  }

  /// Texts without their quotes, as they are escaped in the line.
  var actionID: Place?
  var agent: Place?
  var chain = Place(start: 0, end: 0)
  var createdAt = Place(start: 0, end: 0)
  var created: Timestamp
  var type: EventType
  var typeText = Place(start: 0, end: 0)
  /// Where the member `hash` begins with its comma; its digits.
  var hashMember: Int
  var hash = Place(start: 0, end: 0)
  var message = Place(start: 0, end: 0)
  /// JSON.
  var metadata = Place(start: 0, end: 0)
  var observedAt: Place?
  var observed: Timestamp?
  var prevHash = Place(start: 0, end: 0)
  var reason: Reason?
  var reasonText: Place?
  var revision: Int
  var sequence: Int64

  /// Reads a line of valid UTF-8; `nil` if the short way does not do for it, whether it is a line or not.
  @unsafe init?(_ line: UnsafeBufferPointer<UInt8>) {
    guard var scan = unsafe LineScan(line) else { return nil }
    guard scan.take("{\"action_id\":"), let actionID = scan.textOrNull(), scan.take(",\"agent_id\":"),
      let agent = scan.textOrNull(), scan.take(",\"chain\":"), let chain = scan.text(), chain.start < chain.end,
      scan.take(",\"created_at\":"), let createdAt = scan.text(), let created = scan.time(createdAt),
      scan.take(",\"event_type\":"), let typeText = scan.text(), let type = scan.word(typeText, of: Self.types)
    else { return nil }
    hashMember = scan.at
    guard scan.take(",\"hash\":"), let hash = scan.digits(), scan.take(",\"message\":"), let message = scan.text(),
      scan.take(",\"metadata\":")
    else { return nil }
    let metadata = scan.at
    guard scan.skipValue(depth: 0) else { return nil }
    let metadataEnd = scan.at
    guard scan.take(",\"observed_at\":"), let observedAt = scan.textOrNull(), scan.take(",\"prev_hash\":"),
      let prevHash = scan.digits(), scan.take(",\"reason\":"), let reasonText = scan.textOrNull(),
      scan.take(",\"revision\":"), let revision = scan.number(), scan.take(",\"seq\":"), let sequence = scan.number(),
      sequence > 0, scan.take("}"), scan.isAtEnd
    else { return nil }
    if let observedAt {
      guard let observed = scan.time(observedAt) else { return nil }
      self.observed = observed
    }
    if let reasonText {
      guard let reason = scan.word(reasonText, of: Self.reasons) else { return nil }
      self.reason = reason
    }
    (self.actionID, self.agent, self.chain, self.createdAt, self.created) = (actionID, agent, chain, createdAt, created)
    (self.type, self.typeText, self.hash, self.message) = (type, typeText, hash, message)
    self.metadata = Place(start: UInt32(metadata), end: UInt32(metadataEnd))
    (self.observedAt, self.prevHash, self.reasonText) = (observedAt, prevHash, reasonText)
    (self.revision, self.sequence) = (Int(revision), sequence)
  }

  private static let types = WordTable(EventType.allCases)
  private static let reasons = WordTable(Reason.allCases)
}

extension LineColumns {
  /// The record, read out of the line.
  func record(of text: String) -> Record? {
    var text = text
    return text.withUTF8 { line in
      func read(_ place: Place) -> String { unsafe Self.text(place, in: line) }
      guard let metadata = try? JSONParser.parse(unsafe Array(line[metadata.range])) else { return nil }
      return Record(
        sequence: sequence, agent: agent.map { AgentID(read($0)) }, type: type, reason: reason, message: read(message),
        metadata: metadata, actionID: actionID.map(read), revision: revision, observedAt: observed, createdAt: created)
    }
  }

  /// What a text of the line says.
  @unsafe static func text(_ place: Place, in line: UnsafeBufferPointer<UInt8>) -> String {
    let bytes = unsafe UnsafeBufferPointer(rebasing: line[place.range])
    guard unsafe bytes.contains(UInt8(ascii: "\\")) else { return unsafe String(decoding: bytes, as: UTF8.self) }
    var plain: [UInt8] = []
    var isEscaped = false
    for k in 0..<bytes.count {
      isEscaped = unsafe bytes[k] == UInt8(ascii: "\\") && !isEscaped
      if !isEscaped { plain.append(unsafe bytes[k]) }
    }
    return String(decoding: plain, as: UTF8.self)
  }
}
