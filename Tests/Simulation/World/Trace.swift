/// What happened, as a hash always and as lines when somebody wants to read them.
struct Trace {
  private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  /// Of what went over the wire to terminals, alone.
  private(set) var wireHash: UInt64 = 0xCBF2_9CE4_8422_2325
  private(set) var lines: [String] = []
  /// How many of the last lines are kept; `nil` for none at all.
  private let most: Int?
  /// Told of each line at once: a process that dies tells nothing at its end.
  var tell: (@Sendable (String) -> Void)?
  private var looks: [String: String] = [:]

  init(lines most: Int?) { self.most = most }

  mutating func mix(_ number: Int64) { hash = (hash ^ UInt64(bitPattern: number)) &* 0x0000_0100_0000_01B3 }

  mutating func mix(_ text: String) {
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
  }

  mutating func mixWire(_ text: String) {
    for byte in text.utf8 { wireHash = (wireHash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
  }

  /// A look that shows what the one before did is not told again.
  mutating func noteLook(_ clock: Int64, _ agent: String, _ content: @autoclosure () -> String) {
    guard most != nil else { return }
    let text = content()
    if looks.updateValue(text, forKey: agent) != text { note(clock, "\(agent) look \(text)") }
  }

  mutating func note(_ clock: Int64, _ text: @autoclosure () -> String) {
    guard let most else { return }
    let millis = clock / 1000
    let line = "\(millis / 1000).\(String(millis % 1000 + 1000).dropFirst())  \(text())"
    tell?(line)
    lines.append(line)
    if lines.count > most { lines.removeFirst() }
  }
}
