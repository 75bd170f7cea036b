import Reconciler

// The normalised form: every default filled in, amounts as their shortest text with the unit. It is written as the canonical
// JSON that its hash is taken of and never held as a value: for a large set that was a third of all the work.

extension Checked {
  /// A value without parts.
  ///
  /// - Parameter text: what it was read from.
  func write(_ text: Span<UInt8>, to out: inout [UInt8]) {
    switch self {
    case .text(let count): CanonicalText.append(utf8: text.extracting(first: Int(count)), to: &out)
    case .word: CanonicalText.append(utf8: text, to: &out)
    case .bool(let value): out.append(contentsOf: value ? "true".utf8 : "false".utf8)
    case .integer(let number):
      if number < 0 { out.append(UInt8(ascii: "-")) }
      CanonicalText.append(number.magnitude, to: &out)
    case .decimal(let number): Self.write(number, unit: "", to: &out)
    case .percent(let number), .share(let number): Self.write(number, unit: "%", to: &out)
    case .multiple(let number): Self.write(number, unit: "x", to: &out)
    case .money(let number), .amount(let number):
      // As manifests write it: `200 USD`. A currency is three capital letters.
      out.append(UInt8(ascii: "\""))
      CanonicalText.append(number, to: &out)
      out.append(UInt8(ascii: " "))
      out.append(copying: text.extracting(last: 3))
      out.append(UInt8(ascii: "\""))
    case .duration(let duration): Self.write(duration, to: &out)
    // There is one way to write a time.
    case .time: CanonicalText.append(utf8: text, to: &out)
    case .missing, .broken, .secret, .list, .map, .object: out.append(contentsOf: "null".utf8)
    }
  }

  private static func write(_ number: FixedDecimal, unit: StaticString, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    CanonicalText.append(number, to: &out)
    write(unit, to: &out)
    out.append(UInt8(ascii: "\""))
  }

  private static func write(_ unit: StaticString, to out: inout [UInt8]) {
    unsafe out.append(contentsOf: UnsafeBufferPointer(start: unit.utf8Start, count: unit.utf8CodeUnitCount))
  }

  /// By the largest unit that divides it, as `manifestText`.
  private static func write(_ duration: Duration, to out: inout [UInt8]) {
    let milliseconds = duration.inMicroseconds / 1000
    guard milliseconds > 0 else { return CanonicalText.append(duration.manifestText, to: &out) }
    out.append(UInt8(ascii: "\""))
    let (size, unit): (Int64, StaticString) =
      switch milliseconds {
      case _ where milliseconds % 3_600_000 == 0: (3_600_000, "h")
      case _ where milliseconds % 60_000 == 0: (60_000, "m")
      case _ where milliseconds % 1000 == 0: (1000, "s")
      default: (1, "ms")
      }
    CanonicalText.append((milliseconds / size).magnitude, to: &out)
    write(unit, to: &out)
    out.append(UInt8(ascii: "\""))
  }
}

extension CheckedDocument {
  /// Its part of the normalised form.
  func write(to out: inout [UInt8]) {
    let writer = NormalisedWriter(tree: tree, entries: entries)
    out.append(contentsOf: #"{"metadata":"#.utf8)
    metadata.map { writer.write($0.table, first: $0.first, to: &out) }
    out.append(contentsOf: #","spec":"#.utf8)
    spec.map { writer.write($0.table, first: $0.first, to: &out) }
    out.append(UInt8(ascii: "}"))
  }
}

/// Goes through the values of a document.
private struct NormalisedWriter {
  let tree: YAMLTree
  let entries: [CheckedEntry]

  func write(_ table: Forever<ObjectType>, first: Int32, to out: inout [UInt8]) {
    let type = table.value
    guard first >= 0 else { return out.append(contentsOf: type.defaultsJSON) }
    let start = out.count
    for field in type.written {
      let entry = entries[Int(first) + field.index]
      if entry.text >= 0 {
        guard entry.isThere else { continue }
        type.append(field.name..<field.value, to: &out)
        write(entry, to: &out)
      } else if field.hasDefault, entry.isThere {
        type.append(field.name..<field.end, to: &out)
      }
    }
    // The comma before the first.
    if out.count > start { out[start] = UInt8(ascii: "{") } else { out.append(UInt8(ascii: "{")) }
    out.append(UInt8(ascii: "}"))
  }

  private func write(_ entry: CheckedEntry, to out: inout [UInt8]) {
    switch entry.value {
    case .secret(let kind, let node):
      let name =
        switch kind {
        case .credential: "credential"
        case .file: "file"
        case .environment: "env"
        }
      out.append(contentsOf: #"{""#.utf8)
      out.append(contentsOf: name.utf8)
      out.append(contentsOf: #"":"#.utf8)
      write(text: Int(node), to: &out)
      out.append(UInt8(ascii: "}"))
    case .list(let first, let count):
      out.append(UInt8(ascii: "["))
      for number in 0..<Int(count) {
        if number > 0 { out.append(UInt8(ascii: ",")) }
        write(entries[Int(first) + number], to: &out)
      }
      out.append(UInt8(ascii: "]"))
    case .map: write(map: Int(entry.text), to: &out)
    case .object(let table, let first): write(table, first: first, to: &out)
    case .missing, .broken, .text, .word, .bool, .integer, .decimal, .percent, .multiple, .money, .share, .amount,
      .duration, .time:
      entry.value.write(tree.text.span.extracting(tree.range(Int(entry.text))), to: &out)
    }
  }

  private func write(map: Int, to out: inout [UInt8]) {
    var keys = Array(tree.keys(of: map))
    if keys.allSatisfy({ tree.isASCII($0) }) {
      keys.sort { tree.bytes($0).lexicographicallyPrecedes(tree.bytes($1)) }
    } else {
      keys.sort { JSONValue.utf16Order(tree.text($0), tree.text($1)) }
    }
    out.append(UInt8(ascii: "{"))
    for (index, key) in keys.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      write(text: key, to: &out)
      out.append(UInt8(ascii: ":"))
      write(text: key + 1, to: &out)
    }
    out.append(UInt8(ascii: "}"))
  }

  private func write(text node: Int, to out: inout [UInt8]) {
    CanonicalText.append(utf8: tree.text.span.extracting(tree.range(node)), to: &out)
  }
}

extension ObjectType {
  /// A part of `text`.
  fileprivate func append(_ part: Range<Int>, to out: inout [UInt8]) {
    unsafe text.withUnsafeBufferPointer { unsafe out.append(contentsOf: UnsafeBufferPointer(rebasing: $0[part])) }
  }
}

extension [UInt8] {
  fileprivate mutating func append(copying bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}
