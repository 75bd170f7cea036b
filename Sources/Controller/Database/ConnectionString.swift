import CLibPQ

/// Reading and writing of libpq's connection strings.
enum ConnectionString {
  /// The options that `text` itself sets, by libpq's names.
  static func options(of text: String) throws(DatabaseError) -> [String: String] {
    var problem: UnsafeMutablePointer<CChar>?
    guard let list = unsafe PQconninfoParse(text, &problem) else {
      unsafe PQfreemem(problem)
      throw DatabaseError(
        .invalid,
        "the database is not a libpq connection string; right would be postgresql://user@host:5432/name, "
          + "\"host=… dbname=… user=…\" or embedded")
    }
    defer { unsafe PQconninfoFree(list) }
    var options: [String: String] = [:]
    var at = unsafe list
    while let keyword = unsafe at.pointee.keyword {
      if let value = unsafe at.pointee.val { unsafe options[String(cString: keyword)] = String(cString: value) }
      unsafe at += 1
    }
    return options
  }

  /// A value of a `key=value` string.
  static func quoted(_ text: String) -> String {
    // By scalars: an apostrophe under an accent is another character, and still ends the value for libpq.
    "'" + text.unicodeScalars.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "'"
  }
}
