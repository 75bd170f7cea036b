import Reconciler

/// Tokens of a fleet, resolved by reference; none is ever shown.
enum Credentials {
  /// The fleet with its credential versions, and what became of each reference.
  static func resolve(
    _ fleet: Fleet, environment: [String: String]
  ) -> (fleet: Fleet, outcomes: [AgentID: CredentialOutcome]) {
    let secrets = FleetSecrets.resolve(
      fleet, credentialsDirectory: environment["CREDENTIALS_DIRECTORY"], environment: environment)
    var fleet = fleet
    fleet.credentialVersions = secrets.versions
    var outcomes: [AgentID: CredentialOutcome] = secrets.tokens.mapValues { .token($0.exposed) }
    for (agent, error) in secrets.failures {
      outcomes[agent] = .failed(error.description)
      fleet.credentialVersions[agent] = "unresolved"
    }
    return (fleet, outcomes)
  }
}
