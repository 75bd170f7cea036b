// Many lines at once: after a start with a long journal, or when the database was away. COPY takes a third of the time that
// the statement needs which derives the columns from the line in the server.
extension ShipperSession {
  /// Adds rows and runs the statements that derive from them, in one transaction.
  ///
  /// - Returns: `false`, and nothing happened, when a row is there already: the statements tell which, and what it holds.
  func copy(_ rows: [UInt8], then statements: [PostgresStatement]) throws(DatabaseError) -> Bool {
    let more = rows.count >> 20
    _ = try connection.query("BEGIN")
    do throws(DatabaseError) {
      try connection.copy(CopyRows.sql, rows: rows, seconds: 5 + more)
      _ = try connection.pipeline(statements + [PostgresStatement("COMMIT")], extraSeconds: more)
      return true
    } catch {
      guard !connection.isBroken else { throw error }
      _ = try connection.query("ROLLBACK")
      // Only a row that is there: whatever else is wrong is said as it is.
      guard error.code == "23505" else { throw error }
      return false
    }
  }
}
