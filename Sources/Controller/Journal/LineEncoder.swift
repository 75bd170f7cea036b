import Reconciler

/// Writes the lines of a chain one after the other to the end of a buffer, each byte once.
struct LineEncoder {
  /// Of the line that was written last.
  private(set) var last: ChainHash
  private let chain: String

  /// The member `hash` with its comma.
  static let hashBytes = 74

  init(chain: String, last: ChainHash) {
    self.chain = chain
    self.last = last
  }

  /// Adds the line of a record, without its newline. Control characters in its texts become U+FFFD and numbers that RFC 8785
  /// would write differently become strings, so that every reader, PostgreSQL too, sees the same record.
  ///
  /// - Returns: the record as the line has it; `nil` if no record reads back from that.
  mutating func append(_ record: Record, to out: inout CanonicalBytes) -> Record? {
    let start = out.bytes.count
    let place = Self.write(record, chain, last, to: &out)
    guard out.isClean else {
      out.shorten(to: start)
      return appendCleaned(record, to: &out)
    }
    unsafe out.bytes.withUnsafeBytes { bytes in
      unsafe last.follow(
        UnsafeRawBufferPointer(rebasing: bytes[start..<place]),
        UnsafeRawBufferPointer(rebasing: bytes[(place + Self.hashBytes)...]))
    }
    out.put(last, at: place + 9)
    return record
  }

  /// The members of `Record.json` and the chain's in their order. The hash is left open; returns where its member begins.
  private static func write(
    _ record: Record, _ chain: String, _ prevHash: ChainHash, to out: inout CanonicalBytes
  ) -> Int {
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
    out.raw(",\"hash\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"message\":")
    out.append(record.message)
    out.raw(",\"metadata\":")
    out.append(record.metadata)
    out.raw(",\"observed_at\":")
    out.append(record.observedAt?.rfc3339)
    out.raw(",\"prev_hash\":\"")
    out.append(prevHash)
    out.raw("\",\"reason\":")
    out.append(record.reason?.rawValue)
    out.raw(",\"revision\":")
    out.append(Int64(record.revision))
    out.raw(",\"seq\":")
    out.append(record.sequence)
    out.raw("}")
    return place
  }

  /// The long way, for a record that cannot be written as it is.
  private mutating func appendCleaned(_ record: Record, to out: inout CanonicalBytes) -> Record? {
    var members: [String: JSONValue] = [:]
    var changed = false
    for (name, value) in record.json { members[name] = RecordText.clean(value, changed: &changed) }
    let kept = changed ? Record(json: .object(members)) : record
    members["chain"] = .string(chain)
    members["prev_hash"] = .string(last.text)
    last.follow(JSONValue.object(members).canonicalBytes)
    members["hash"] = .string(last.text)
    out.raw(JSONValue.object(members).canonicalBytes)
    return kept
  }
}
