import CLibSystemd
import Glibc
import Reconciler

/// Where a secret lies open: what is in the environment or the arguments of a process can be read beside it.
enum SecretHygiene {
  /// Sentences for the log; none holds a secret.
  ///
  /// - Parameter database: as `--database` or `MT4_DATABASE` gave it.
  static func warnings(database: String, environment: [String: String]) -> [String] {
    let instead = "put it into the credential `database-password` or a PGPASSFILE"
    var warnings: [String] = []
    if database != "embedded", let options = try? ConnectionString.options(of: database), options["password"] != nil {
      let place = environment["MT4_DATABASE"] == database ? "MT4_DATABASE, in the environment" : "the arguments"
      warnings.append("a database password is in \(place), where others may read it: \(instead)")
    }
    if environment["PGPASSWORD"] != nil {
      warnings.append("a database password is in PGPASSWORD, in the environment, where others may read it: \(instead)")
    }
    return warnings
  }

  /// About manifests that take tokens from the environment.
  static func warnings(_ fleet: Fleet) -> [String] {
    let agents = fleet.agents.filter { agent in
      guard case .environment? = agent.terminal.token else { return false }
      return true
    }
    guard !agents.isEmpty else { return [] }
    let names = agents.map(\.metadataName).sorted().joined(separator: ", ")
    return ["tokens are in the environment, where others may read them: use `credential:` in the manifests of \(names)"]
  }
}

/// Keeps what this process knows inside it.
public enum ProcessSecrecy {
  /// No core dumps; and under a service manager that hands out credentials nobody else of the same user may trace it.
  public static func begin(environment: [String: String]) {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    if environment["CREDENTIALS_DIRECTORY"] != nil { _ = mt4_set_undumpable() }
  }
}
