import Foundation

/// The database of an audit command: any server, or the embedded one of a state directory.
public enum AuditDatabase {
  /// Finds the database, does the work, and leaves everything as it was: an embedded server that ran is only asked; one
  /// that did not is started for the work and stopped after it. An embedded one is asked by the role that only reads. Blocks: use it through `DatabaseThread`.
  ///
  /// - Parameter stateDirectory: needed for `embedded`.
  public static func with<Value>(
    _ option: DatabaseOption, stateDirectory: String?, _ work: (DatabaseTarget) throws(DatabaseError) -> Value
  ) throws(DatabaseError) -> Value {
    switch option {
    case .server(let target): return try work(target)
    case .embedded:
      guard let stateDirectory else {
        throw DatabaseError(.invalid, "--database embedded needs --state DIR: the server is in the state directory")
      }
      if let running = EmbeddedPostgres.running(stateDirectory: stateDirectory) { return try work(running.asReader) }
      guard FileManager.default.fileExists(atPath: stateDirectory + "/postgres/PG_VERSION") else {
        throw DatabaseError(.missing, "\(stateDirectory) has no embedded database")
      }
      let server = EmbeddedPostgres(stateDirectory: stateDirectory)
      let target = try server.start()
      defer { server.stop() }
      return try work(target.asReader)
    }
  }
}
