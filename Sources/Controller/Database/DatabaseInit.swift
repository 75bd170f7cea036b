/// `mt4ctl db init`: the schema and the roles, by somebody who may create both. Running it twice changes nothing.
public enum DatabaseInit {
  /// What was done.
  public struct Report: Hashable, Sendable {
    /// Steps of the schema that were taken now; 0 when it was up to date.
    public let steps: Int
    /// The schema's version now.
    public let version: Int
  }

  /// Blocks up to some minutes: not for the cooperative pool.
  public static func run(_ target: DatabaseTarget) throws(DatabaseError) -> Report {
    let connection = try PostgresConnection(
      target, options: PostgresOptions(connectSeconds: 10, querySeconds: 60, applicationName: "mt4ctl db init"))
    try DatabaseRoles.require(connection)
    try DatabaseRoles.create(connection)
    let steps = try Migrator.migrate(connection)
    try DatabaseRoles.grant(connection)
    return Report(steps: steps, version: Migration.latest)
  }
}
