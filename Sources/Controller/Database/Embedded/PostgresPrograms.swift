import Foundation

/// The server's programs on this machine.
struct PostgresPrograms: Sendable {
  /// The folder with `initdb` and `postgres`.
  let folder: String
  /// The major version, where the folder's name says it.
  let version: Int?

  var initdb: String { "\(folder)/initdb" }
  var postgres: String { "\(folder)/postgres" }

  /// The newest version, or the one that made an existing cluster.
  ///
  /// - Parameter clusterVersion: what `PG_VERSION` of the cluster says.
  static func find(clusterVersion: Int?, path: String? = ProcessInfo.processInfo.environment["PATH"])
    throws(DatabaseError) -> PostgresPrograms
  {
    let all = candidates(path: path ?? "")
    guard !all.isEmpty else {
      throw DatabaseError(
        .server, "--database embedded needs the PostgreSQL server, which is not here: apt-get install postgresql")
    }
    guard let clusterVersion else { return all[0] }
    if let match = all.first(where: { $0.version == clusterVersion }) ?? all.first(where: { $0.version == nil }) {
      return match
    }
    throw DatabaseError(
      .server,
      "the embedded database was made by PostgreSQL \(clusterVersion), which is not here: "
        + "apt-get install postgresql-\(clusterVersion)")
  }

  private static func candidates(path: String) -> [PostgresPrograms] {
    let root = "/usr/lib/postgresql"
    let versions = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).compactMap { Int($0) }
    let packaged = versions.sorted(by: >).map { PostgresPrograms(folder: "\(root)/\($0)/bin", version: $0) }
    let inPath = path.split(separator: ":").map { folder in
      let real = URL(fileURLWithPath: "\(folder)/postgres").resolvingSymlinksInPath().deletingLastPathComponent().path
      return PostgresPrograms(folder: real, version: nil)
    }
    return (packaged + inPath).filter {
      FileManager.default.isExecutableFile(atPath: $0.postgres)
        && FileManager.default.isExecutableFile(atPath: $0.initdb)
    }
  }
}
