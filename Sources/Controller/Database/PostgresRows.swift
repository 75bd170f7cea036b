import CLibPQ

/// A statement and its parameters, all as text; `nil` is NULL. The SQL is a constant of the program: values never come
/// into it.
struct PostgresStatement {
  let sql: StaticString
  let parameters: [String?]

  init(_ sql: StaticString, _ parameters: [String?] = []) {
    self.sql = sql
    self.parameters = parameters
  }
}

/// The rows of an answer, as text in the order of the columns asked for.
struct PostgresRows: Sendable {
  var rows: [[String?]] = []
  var columns: [String] = []

  init() {}

  /// Copies; the caller still frees `result`.
  init(_ result: OpaquePointer) {
    let width = unsafe PQnfields(result)
    columns = (0..<width).map { column in
      unsafe PQfname(result, column).map { unsafe String(cString: $0) } ?? ""
    }
    rows = (0..<(unsafe PQntuples(result))).map { row in
      (0..<width).map { column in
        guard unsafe PQgetisnull(result, row, column) == 0, let value = unsafe PQgetvalue(result, row, column) else {
          return nil
        }
        return unsafe String(cString: value)
      }
    }
  }

  /// The first row's first value.
  var value: String? { rows.first?.first ?? nil }

  /// An array for a `text[]` parameter.
  static func array(_ items: some Sequence<String>) -> String {
    var out: [UInt8] = [UInt8(ascii: "{")]
    for item in items {
      if out.count > 1 { out.append(UInt8(ascii: ",")) }
      out.append(UInt8(ascii: "\""))
      for byte in item.utf8 {
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { out.append(UInt8(ascii: "\\")) }
        out.append(byte)
      }
      out.append(UInt8(ascii: "\""))
    }
    out.append(UInt8(ascii: "}"))
    return String(decoding: out, as: UTF8.self)
  }
}

extension StaticString {
  /// For C, which reads it at once.
  var cString: UnsafePointer<CChar> {
    unsafe UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
  }
}

/// An array of C strings for the time of `body`, with a final null.
func withCStrings<Result>(
  _ texts: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
) -> Result {
  var bytes: [CChar] = []
  var offsets: [Int?] = []
  for text in texts {
    guard let text else {
      offsets.append(nil)
      continue
    }
    offsets.append(bytes.count)
    bytes.append(contentsOf: text.utf8.lazy.map { CChar(bitPattern: $0) })
    bytes.append(0)
  }
  return unsafe bytes.withUnsafeBufferPointer { buffer in
    let pointers =
      unsafe offsets.map { offset in unsafe offset.flatMap { at in unsafe buffer.baseAddress.map { unsafe $0 + at } } }
      + [nil]
    return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
  }
}
