public import Reconciler

/// Why a reference does not lead to a secret. Names the reference, never what was found.
public struct SecretError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable {
    case missing
    case unreadable
    case empty
    case tooLarge = "too_large"
    /// Not one line of UTF-8 text.
    case notText = "not_text"
  }

  public let code: Code
  public let reference: SecretReference
  let detail: String

  public var description: String {
    switch reference {
    case .credential(let name): "the credential `\(name)` \(detail)"
    case .file(let path): "the secret's file `\(path)` \(detail)"
    case .environment(let name): "the environment variable `\(name)` \(detail)"
    }
  }
}

/// Finds the secrets that manifests name. Blocks on the disk: not for the cooperative pool.
public enum SecretResolver {
  /// The most bytes of a secret.
  public static let limit = 64 << 10

  /// - Parameter credentialsDirectory: `$CREDENTIALS_DIRECTORY` of the service manager; `nil` where there is none.
  public static func resolve(
    _ reference: SecretReference, credentialsDirectory: String?, environment: [String: String]
  ) throws(SecretError) -> Secret {
    func error(_ code: SecretError.Code, _ detail: String) -> SecretError {
      SecretError(code: code, reference: reference, detail: detail)
    }
    var bytes: [UInt8]
    switch reference {
    case .environment(let name):
      guard let text = environment[name] else { throw error(.missing, "is not set") }
      bytes = Array(text.utf8)
      guard bytes.count <= limit else { throw error(.tooLarge, "is larger than 64 KiB") }
    case .file(let path): bytes = try read(path, reference)
    case .credential(let name):
      guard let directory = credentialsDirectory else {
        throw error(.missing, "cannot be found: the service manager gave no credentials (CREDENTIALS_DIRECTORY)")
      }
      guard SecretNames.isCredential(name) else { throw error(.missing, "is not the name of a file") }
      // `LoadCredential=mt4:FOLDER` yields `mt4_NAME`; a folder of that name is what other managers make of it.
      let places = ["\(directory)/\(name)", "\(directory)/mt4_\(name)", "\(directory)/mt4/\(name)"]
      guard let path = places.first(where: FileReader.exists) else {
        throw error(.missing, "is not among the credentials of the service manager")
      }
      bytes = try read(path, reference)
    }
    if bytes.last == 0x0A { bytes.removeLast() }
    if bytes.last == 0x0D { bytes.removeLast() }
    guard !bytes.isEmpty else { throw error(.empty, "is empty") }
    guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }), let text = String(validating: bytes, as: UTF8.self)
    else { throw error(.notText, "does not hold one line of text") }
    return Secret(text)
  }

  private static func read(_ path: String, _ reference: SecretReference) throws(SecretError) -> [UInt8] {
    do throws(FileReadError) {
      return try FileReader.read(path, limit: limit)
    } catch {
      let code: SecretError.Code =
        switch error {
        case .tooLarge: .tooLarge
        case .notRegular: .unreadable
        case .system: FileReader.exists(path) ? .unreadable : .missing
        }
      throw SecretError(code: code, reference: reference, detail: "cannot be used: \(error.words)")
    }
  }
}

/// The tokens of a whole fleet.
public struct FleetSecrets: Sendable {
  public internal(set) var tokens: [AgentID: Secret] = [:]
  /// Why an agent whose manifest names a token has none.
  public internal(set) var failures: [AgentID: SecretError] = [:]

  /// For `Fleet.credentialVersions`.
  public var versions: [AgentID: String] { tokens.mapValues(\.version) }

  /// Resolves every token that the fleet names.
  public static func resolve(
    _ fleet: Fleet, credentialsDirectory: String?, environment: [String: String]
  ) -> FleetSecrets {
    var secrets = FleetSecrets()
    for agent in fleet.agents {
      guard let reference = agent.terminal.token else { continue }
      do throws(SecretError) {
        secrets.tokens[agent.id] = try SecretResolver.resolve(
          reference, credentialsDirectory: credentialsDirectory, environment: environment)
      } catch {
        secrets.failures[agent.id] = error
      }
    }
    return secrets
  }
}
