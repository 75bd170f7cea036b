// Coding: an event as a line and back. Exact and strict: no number is rounded, nothing unknown is taken, and what is not
// written is what the lines before say. Neither files nor the journal are known here.

import Reconciler

/// How a value stands in a recording: exact, strict, and the same way in both directions.
struct Coding<Value: Sendable>: Sendable {
  let write: @Sendable (Value) -> JSONValue
  let read: @Sendable (JSONValue) throws(RecordingError) -> Value
  /// Whether two are the same to the last bit; texts that only look alike are not.
  let same: @Sendable (Value, Value) -> Bool

  init(
    write: @escaping @Sendable (Value) -> JSONValue, same: @escaping @Sendable (Value, Value) -> Bool,
    read: @escaping @Sendable (JSONValue) throws(RecordingError) -> Value
  ) {
    self.write = write
    self.read = read
    self.same = same
  }
}

extension Coding where Value: Equatable {
  init(
    write: @escaping @Sendable (Value) -> JSONValue,
    read: @escaping @Sendable (JSONValue) throws(RecordingError) -> Value
  ) {
    self.init(
      write: write, same: { $0 == $1 && write($0).canonicalBytes == write($1).canonicalBytes }, read: read)
  }

  /// By another value that stands for it.
  static func through<Raw: Sendable>(
    _ raw: Coding<Raw>, _ out: @escaping @Sendable (Value) -> Raw, _ back: @escaping @Sendable (Raw) -> Value?,
    else problem: String
  ) -> Coding {
    Coding(write: { raw.write(out($0)) }, same: { raw.same(out($0), out($1)) }) { json throws(RecordingError) in
      guard let value = back(try raw.read(json)) else { throw .malformed(path: "", problem: problem) }
      return value
    }
  }
}

extension Coding where Value: RawRepresentable & CaseIterable, Value.RawValue == String, Value: Equatable {
  /// One of a closed list of words.
  static var word: Coding {
    through(.text, \.rawValue, { Value(rawValue: $0) }, else: "it is none of \(words)")
  }

  private static var words: String { Value.allCases.map(\.rawValue).joined(separator: ", ") }
}

extension Coding where Value: FixedWidthInteger {
  static var whole: Coding {
    Coding(write: { .int($0) }, same: { $0 == $1 }) { json throws(RecordingError) in
      guard case .number(let text) = json, let value = Value(text) else {
        throw .malformed(path: "", problem: "it must be a whole number within \(Value.min) to \(Value.max)")
      }
      return value
    }
  }
}

extension Coding<String> {
  static let text = Coding(
    write: { .string($0) }, same: { $0.utf8.elementsEqual($1.utf8) },
    read: { json throws(RecordingError) in
      guard case .string(let text) = json else { throw .malformed(path: "", problem: "it must be a text") }
      return text
    })
}

extension Coding<Bool> {
  static let flag = Coding(write: { .bool($0) }, same: { $0 == $1 }) { json throws(RecordingError) in
    guard case .bool(let value) = json else { throw .malformed(path: "", problem: "it must be true or false") }
    return value
  }
}

extension Coding<FixedDecimal> {
  /// A text as records have it; what is too large for that form (only a saturated sum is) by its units.
  static let decimal = Coding(
    write: { value in
      value.units.magnitude < widest ? .decimal(value) : .string("units:\(value.units)")
    }, same: { $0 == $1 },
    read: { json throws(RecordingError) in
      guard case .string(let text) = json else { throw problem }
      if let value = FixedDecimal(text) { return value }
      guard text.hasPrefix("units:"), let units = Int128(text.dropFirst(6)), FixedDecimal(units: units).units == units
      else { throw problem }
      return FixedDecimal(units: units)
    })

  private static let widest: UInt128 = 1_000_000_000_000_000_000_000_000_000
  private static let problem = RecordingError.malformed(path: "", problem: "it must be a decimal in a text")
}

extension Coding<Timestamp> {
  static let time = through(.whole, \.microseconds, { Timestamp(microseconds: $0) }, else: "it is no time")
}

extension Coding<Duration> {
  /// Microseconds.
  static let duration = through(.whole, \.inMicroseconds, { .microseconds($0) }, else: "it is no duration")
}

extension Coding<AgentID> {
  static let agent = through(.text, \.text, { AgentID($0) }, else: "it is no id")
}

extension Coding<Symbol> {
  static let symbol = through(.text, \.text, { Symbol($0) }, else: "it is no symbol")
}

extension Coding<Ticket> {
  static let ticket = through(.whole, \.number, { Ticket($0) }, else: "it is no ticket")
}

extension Coding<JSONValue> {
  /// As it is.
  static let json = Coding(write: { $0 }, same: { $0.canonicalBytes == $1.canonicalBytes }, read: { $0 })
}

extension Coding {
  /// A list, whole.
  func list() -> Coding<[Value]> {
    Coding<[Value]>(
      write: { list in .array(list.map { write($0) }) },
      same: { a, b in a.count == b.count && zip(a, b).allSatisfy { same($0, $1) } },
      read: { json throws(RecordingError) in
        guard case .array(let items) = json else { throw .malformed(path: "", problem: "it must be a list") }
        var list: [Value] = []
        list.reserveCapacity(items.count)
        for (k, item) in items.enumerated() {
          do throws(RecordingError) { list.append(try read(item)) } catch { throw error.within("\(k)") }
        }
        return list
      })
  }

  /// Values by a name, whole.
  func byName<Key: Hashable & Sendable>(
    _ out: @escaping @Sendable (Key) -> String, _ back: @escaping @Sendable (String) -> Key
  ) -> Coding<[Key: Value]> {
    Coding<[Key: Value]>(
      write: { values in object(values, out) },
      same: { a, b in a.count == b.count && object(a, out).canonicalBytes == object(b, out).canonicalBytes },
      read: { json throws(RecordingError) in
        guard case .object(let members) = json else { throw .malformed(path: "", problem: "it must be an object") }
        var values: [Key: Value] = [:]
        for name in members.keys.sorted() {
          guard let member = members[name] else { continue }
          do throws(RecordingError) { values[back(name)] = try read(member) } catch { throw error.within(name) }
        }
        return values
      })
  }

  private func object<Key>(_ values: [Key: Value], _ out: (Key) -> String) -> JSONValue {
    .object(Dictionary(values.map { (out($0), write($1)) }, uniquingKeysWith: { first, _ in first }))
  }
}
