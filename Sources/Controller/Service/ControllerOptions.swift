// Service: how the parts are put together, started in order and stopped in reverse.

/// What `mt4ctl run` is told.
public struct ControllerOptions: Sendable {
  /// The folder of manifests.
  public var manifests: String
  /// `embedded`, or any libpq string.
  public var database: String
  /// The state directory.
  public var state: String
  public var listen: ListenAddress
  /// Between two polls of one agent.
  public var interval: Duration = .seconds(1)
  /// Reload when a manifest changes.
  public var watch = false
  /// How long shipped journal segments are kept.
  public var journalRetention: Duration = .seconds(30 * 86_400)
  /// The file of the Ed25519 key that signs checkpoints; without it the credential `checkpoint-key`, if there is one.
  public var checkpointKey: String?
  /// Keep what goes into the core, for a later replay; `nil`: do not.
  public var recording: RecordingOptions?
  public var environment: [String: String]
  /// A file of bearer tokens' hashes with their roles.
  public var tokenFile: String?
  /// The key by which JSON Web Tokens are judged.
  public var jwtKey: String?
  public var rest = RESTLimits()

  /// Whether REST asks for a token.
  public var hasKeys: Bool { tokenFile != nil || jwtKey != nil }

  /// Takes these files, or where there are none what the service manager gave: the credentials `rest-tokens` and `jwt-key`.
  public mutating func useKeys(tokenFile: String?, jwtKey: String?) {
    self.tokenFile = tokenFile ?? AccessDesk.credential("rest-tokens", environment: environment)
    self.jwtKey = jwtKey ?? AccessDesk.credential("jwt-key", environment: environment)
  }

  public init(
    manifests: String, database: String, state: String, listen: ListenAddress, environment: [String: String] = [:]
  ) {
    self.manifests = manifests
    self.database = database
    self.state = state
    self.listen = listen
    self.environment = environment
  }
}

/// Why a controller did not start, with the exit code that says so.
public struct StartError: Error, Hashable, Sendable, CustomStringConvertible {
  /// 1: error; 3: no valid manifests and no last good set.
  public let exitCode: Int32
  public let description: String
}
