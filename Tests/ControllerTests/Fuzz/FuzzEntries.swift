import Crypto
import Foundation
import Reconciler

@testable import Bridge
@testable import Controller

/// What comes from outside, each as one function of bytes: libFuzzer calls it (`script/fuzz`), and so does the test that
/// replays the corpus. A trap is a find, and so is a sentence that comes back.
enum FuzzEntry: String, CaseIterable {
  case manifest, reply, trade, journal, records, query, token, json, control, recording
  case registry, events, plan, checkpoint, text

  func run(_ bytes: [UInt8]) async -> String? {
    switch self {
    case .manifest: Self.manifest(bytes)
    case .reply: Self.reply(bytes)
    case .trade: Self.trade(bytes)
    case .journal: Self.journal(bytes)
    case .records: Self.records(bytes)
    case .query: Self.query(bytes)
    case .token: await Self.token(bytes)
    case .json: Self.json(bytes)
    case .control: Self.control(bytes)
    case .recording: Self.recording(bytes)
    case .registry: Self.registry(bytes)
    case .events: Self.events(bytes)
    case .plan: Self.plan(bytes)
    case .checkpoint: Self.checkpoint(bytes)
    case .text: Self.text(bytes)
    }
  }

  /// A set of manifests is taken whole, or every error has a text; the same bytes always come to the same.
  private static func manifest(_ bytes: [UInt8]) -> String? {
    let file = ManifestFile(name: "fuzz.yaml", bytes: bytes)
    switch (ManifestLoader.load(files: [file]), ManifestLoader.load(files: [file])) {
    case (.accepted(let first), .accepted(let second)):
      return first.fleet == second.fleet ? nil : "the same set came to two fleets"
    case (.rejected(let first), .rejected(let second)):
      if first.isEmpty { return "refused without an error" }
      if first.contains(where: { $0.description.isEmpty }) { return "an error without words" }
      return first.map(\.description) == second.map(\.description) ? nil : "the same set came to two lists of errors"
    case (.accepted, .rejected), (.rejected, .accepted): return "the same set was taken and refused"
    }
  }

  /// The first byte says which part was asked for, the rest is the body.
  private static func reply(_ bytes: [UInt8]) -> String? {
    guard let first = bytes.first else { return nil }
    let parts: [ReadPart] = [.positions, .account, .orders, .history(days: 2), .tick(Symbol("EURUSD"))]
    let part = parts[Int(first) % parts.count]
    let context = DecodingContext(
      symbols: SymbolNames(suffix: ".x"),
      zone: .utc,
      cleaner: TextCleaner(hiding: [Secret("canary-token")]))
    do throws(DecodingError) {
      let decoded = try context.decode(Array(bytes.dropFirst()), of: part)
      return "\(decoded)".contains("canary-token") ? "the token came back" : nil
    } catch {
      return error.message.contains("canary-token") ? "the token came back in an error" : nil
    }
  }

  /// An answer that does not say clearly that nothing ran is never a refusal: a refused order may be sent again.
  private static func trade(_ bytes: [UInt8]) -> String? {
    let outcome = TransferOutcome(end: .complete, status: 200, body: bytes, mayHaveLeft: true)
    let order = TradeRequest.Order.open(
      symbol: Symbol("EURUSD"), side: .buy, lots: FixedDecimal.one, stopLoss: nil, takeProfit: nil, slippagePoints: nil)
    let answer = ReplyClassifier(cleaner: TextCleaner(hiding: [])).classify(outcome, of: order)
    let isObject = ((try? JSONParser.parse(bytes))?.object) != nil
    if case .unknown = answer { return nil }
    return isObject ? nil : "a body that is no JSON object was taken for an answer"
  }

  /// The bytes of a segment, as they stand on a disk.
  private static func journal(_ bytes: [UInt8]) -> String? {
    var replayer = JournalReplayer()
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      let step = replayer.take(Array(line))
      if step.record == nil, step.problems.isEmpty { return "a line that is no record went by" }
    }
    return nil
  }

  /// Each line is a record without its hash, which is put to it here, so that the core sees what it says. Numbers go on.
  private static func records(_ bytes: [UInt8]) -> String? {
    var replayer = JournalReplayer()
    var sequence: Int64 = 0
    var hash = JournalLine.firstPrevHash
    for line in bytes.split(separator: 0x0A).prefix(200) {
      guard let json = try? JSONParser.parse(Array(line)), case .object(var members) = json else { continue }
      members["seq"] = .int(sequence + 1)
      guard let record = Record(json: .object(members)) else { continue }
      sequence += 1
      let made = JournalLine.make(record: record, chain: "fuzz", prevHash: hash)
      hash = made.hash
      let step = replayer.take(Array(made.text.utf8))
      guard let read = step.record else { return "a record that was written cannot be read: \(step.problems)" }
      if read != made.record { return "a record came back as another one" }
    }
    return nil
  }

  private static func query(_ bytes: [UInt8]) -> String? {
    let text = String(decoding: bytes, as: UTF8.self)
    let known = ["agent", "since", "limit", "cursor"]
    do throws(Problem) {
      let query = try QueryText(text, known: known)
      _ = try query.int("limit", in: 1...1000)
      _ = try query.time("since")
    } catch {
      // A problem is an answer.
    }
    if let instant = AuditFilter.instant(text), AuditFilter.instant(instant.rfc3339) != instant {
      return "an instant changed"
    }
    if let address = ListenAddress(text), ListenAddress(address.description) != address { return "an address changed" }
    return nil
  }

  /// Whole tokens and key files; and the bytes as claims under a good signature, since no fuzzer finds one.
  private static func token(_ bytes: [UInt8]) async -> String? {
    let secret = Array("a key of thirty-two bytes or more".utf8)
    guard let key = try? WebTokenKey(secret, path: "key") else { return "the key is not taken" }
    let now = Timestamp(seconds: 1_793_520_000)
    if (try? await key.principal(of: bytes[...], at: now)) != nil {
      return "a forged token"
    }
    _ = try? WebTokenKey(bytes, path: "key")
    if let file = try? TokenFile(bytes, path: "tokens"), !bytes.contains(0x0D) {
      let other = try? TokenFile(
        Array(bytes.split(separator: 0x0A, omittingEmptySubsequences: false).joined(separator: [0x0D, 0x0A])),
        path: "tokens")
      if other?.count != file.count { return "other line ends make it another file of tokens" }
    }
    let message = "\(base64(Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8))).\(base64(bytes))"
    let code = HMAC<SHA256>.authenticationCode(for: Array(message.utf8), using: SymmetricKey(data: secret))
    let whole = Array("\(message).\(base64(Array(code)))".utf8)
    guard let principal = try? await key.principal(of: whole[...], at: now) else { return nil }
    let claims = try? JSONParser.parse(bytes)
    if claims?["exp"] == nil { return "a token without an end" }
    return principal.expires.map { $0 > now } ?? false ? nil : "a token that has expired"
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  /// What is read is written in one form, and read again as the same.
  private static func json(_ bytes: [UInt8]) -> String? {
    if let value = try? JSONParser.parse(bytes) {
      let text = value.canonicalText
      guard let again = try? JSONParser.parse(text), again == value else {
        return "the canonical form is another value"
      }
      guard again.canonicalText == text else { return "the canonical form has a canonical form" }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    if let number = FixedDecimal(text), FixedDecimal(number.description) != number { return "a number changed" }
    if let number = FixedDecimal(wire: text), FixedDecimal(number.description) != number { return "a number changed" }
    if let time = Timestamp(rfc3339: text), Timestamp(rfc3339: time.rfc3339) != time { return "a time changed" }
    return nil
  }

  /// The lines of a recording after its first: what is read is written again, and then read as the same.
  private static func recording(_ bytes: [UInt8]) -> String? {
    let head = RecordingHead(
      version: "fuzz", chain: "fuzz", foldedFrom: 0, foldedTo: 0, interval: .seconds(1),
      moment: Moment(wall: Timestamp(seconds: 1_793_520_000), steady: Steady(microseconds: 0)))
    var (reader, again) = (LineReader(head), LineReader(head))
    var (writer, second) = (LineWriter(head), LineWriter(head))
    for line in bytes.split(separator: 0x0A).prefix(200) {
      guard case .event(let event)? = try? reader.read(Array(line)) else { return nil }
      var written: [UInt8] = []
      writer.write(event, to: &written)
      guard case .event(let read)? = try? again.read(Array(written.dropLast())) else {
        return "an event that was written cannot be read"
      }
      var rewritten: [UInt8] = []
      second.write(read, to: &rewritten)
      if rewritten != written { return "an event came back as another one" }
    }
    return nil
  }

  private static func control(_ bytes: [UInt8]) -> String? {
    guard let json = try? JSONParser.parse(bytes), let request = ControlRequest(json: json) else { return nil }
    return ControlRequest(json: request.json) == request ? nil : "a request came back as another one"
  }
}
