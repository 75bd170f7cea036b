// Database: PostgreSQL, where auditors read. A libpq wrapper, the schema's migrations and roles, the shipper that copies
// the journal's durable lines, the embedded server, and what the audit commands ask.
//
// The journal on disk is the truth and the database its copy: nothing here decides what is traded, nothing waits for a
// lock of another part, and every wait has a deadline. libpq blocks, so it is only called on threads of our own. No
// password is ever in a description, an error or a log.

public import Foundation

/// Where the database is, as `--database` says it.
public enum DatabaseOption: Hashable, Sendable {
  /// A private server in the state directory.
  case embedded
  /// Any server that libpq can reach.
  case server(DatabaseTarget)

  /// Reads `embedded` or a libpq connection string (a `postgresql://` URL or `host=… dbname=…`; empty for `PG*` alone).
  public init(_ text: String, environment: [String: String] = ProcessInfo.processInfo.environment)
    throws(DatabaseError)
  {
    if text == "embedded" {
      self = .embedded
    } else {
      self = .server(try DatabaseTarget(text, environment: environment))
    }
  }
}

/// A database that can be connected to. Its description has no password.
public struct DatabaseTarget: Hashable, Sendable, CustomStringConvertible {
  /// As libpq wants it; may hold a password and is therefore not public.
  let connectionString: String
  /// A password from a systemd credential, unless the string has one.
  let password: String?
  /// Host, port, database and user, for people.
  public let description: String

  /// - Parameter text: a `postgresql://` URL or `key=value` pairs; what is missing comes from `PG*` and, for the
  ///   password, from the systemd credential `database-password`.
  /// - Throws: `invalid` when libpq cannot read it; the message does not repeat the text, which may hold a password.
  public init(_ text: String, environment: [String: String] = ProcessInfo.processInfo.environment)
    throws(DatabaseError)
  {
    let options = try ConnectionString.options(of: text)
    connectionString = text
    password = options["password"] == nil ? Self.credential(environment) : nil
    let parts = ["host", "hostaddr", "port", "dbname", "user", "service"].compactMap { key in
      options[key].map { "\(key)=\($0)" }
    }
    description = parts.isEmpty ? "the database of the PG* variables" : parts.joined(separator: " ")
  }

  /// A server of ours on a Unix socket in `directory`.
  init(socketDirectory: String, shown: String, database: String, user: String) {
    connectionString =
      "host=\(ConnectionString.quoted(socketDirectory)) port=5432 dbname=\(ConnectionString.quoted(database)) "
      + "user=\(ConnectionString.quoted(user))"
    password = nil
    description = "host=\(shown) dbname=\(database) user=\(user)"
  }

  /// The same server by another role; for a server of ours, whose socket is the protection.
  func asUser(_ user: String) -> DatabaseTarget {
    DatabaseTarget(
      connectionString: connectionString + " user=" + ConnectionString.quoted(user), password: nil,
      description: description.replacing("user=\(EmbeddedCluster.superuser)", with: "user=\(user)"))
  }

  /// The same embedded server by the role that only reads.
  var asReader: DatabaseTarget { asUser(EmbeddedCluster.readerUser) }

  private init(connectionString: String, password: String?, description: String) {
    self.connectionString = connectionString
    self.password = password
    self.description = description
  }

  private static func credential(_ environment: [String: String]) -> String? {
    guard let folder = environment["CREDENTIALS_DIRECTORY"] else { return nil }
    for name in ["database-password", "mt4_database-password"] {
      guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)"), data.count <= 4096 else { continue }
      return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
    }
    return nil
  }
}
