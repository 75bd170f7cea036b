internal import Crypto
import FoundationEssentials
internal import JWTKit
public import Reconciler

/// Makes tokens that a controller accepts. It holds the signing key only as long as it lives.
public struct TokenIssuer: Sendable {
  private enum Key: Sendable {
    case shared(HMACKey)
    case p256(ES256PrivateKey)
    case ed25519(EdDSA.PrivateKey)
  }

  /// Times are whole seconds since 1970.
  private struct Claims: JWTPayload {
    var aud: String
    var role: String
    var iat: Int64
    var exp: Int64
    var sub: String?

    func verify(using algorithm: some JWTAlgorithm) {}
  }

  private let key: Key

  /// The roles that a token may carry, as they are written.
  public static let roles = Access.roles.map(\.rawValue)

  /// The key that signs: raw bytes (HS256, the controller's own `--jwt-key` file), or a private key in PEM of P-256 (ES256)
  /// or Ed25519 (EdDSA), whose public half the controller has. Blocks on the disk.
  public init(keyFile path: String) throws(TokenError) {
    let bytes: [UInt8]
    do throws(FileReadError) {
      bytes = try FileReader.read(path, limit: 1 << 20)
    } catch {
      throw TokenError(description: "--key \(path): \(error.words)")
    }
    guard let text = String(validating: bytes, as: UTF8.self), text.contains("-----BEGIN ") else {
      guard bytes.count >= 32 else {
        throw TokenError(
          description: "--key \(path): a key for HS256 has at least 32 bytes (head -c 32 /dev/urandom > FILE)")
      }
      key = .shared(HMACKey(from: bytes))
      return
    }
    guard text.contains("PRIVATE KEY") else {
      throw TokenError(description: "--key \(path): tokens are signed with the private key; this is not one")
    }
    if let p256 = try? ES256PrivateKey(pem: text) {
      key = .p256(p256)
    } else if let ed25519 = try? EdDSA.PrivateKey(pem: text) {
      key = .ed25519(ed25519)
    } else {
      throw TokenError(
        description: "--key \(path): the key must be an unencrypted private key of P-256 (ES256) or Ed25519 (EdDSA)")
    }
  }

  /// The algorithm that the key fixes.
  public var algorithm: String {
    switch key {
    case .shared: "HS256"
    case .p256: "ES256"
    case .ed25519: "EdDSA"
    }
  }

  /// A JSON Web Token for the controller.
  ///
  /// - Parameters:
  ///   - role: one of `roles`.
  ///   - subject: whose it is; for people, the controller does not judge by it.
  public func issue(
    role: String, subject: String?, at now: Timestamp, lifetime: Duration
  ) async throws(TokenError) -> String {
    let issued = now.microseconds / 1_000_000
    let claims = Claims(
      aud: WebTokenKey.audience, role: role, iat: issued, exp: issued + lifetime.components.seconds, sub: subject)
    let keys = JWTKeyCollection()
    switch key {
    case .shared(let key): await keys.add(hmac: key, digestAlgorithm: .sha256)
    case .p256(let key): await keys.add(ecdsa: key)
    case .ed25519(let key): await keys.add(eddsa: key)
    }
    do {
      return try await keys.sign(claims)
    } catch {
      throw TokenError(description: "the token cannot be signed")
    }
  }

  /// A static token of 32 random bytes, and the line of the controller's token file that stands for it.
  public static func staticToken(role: String, note: String?) -> (token: String, line: String) {
    var random = SystemRandomNumberGenerator()
    let bytes = (0..<32).map { _ in UInt8.random(in: 0 ... .max, using: &random) }
    let token = Base64URL.text(bytes)
    let hash = Hexadecimal.text(SHA256.hash(data: Array(token.utf8)))
    return (token, "\(hash) \(role)" + (note.map { "  # \($0)" } ?? ""))
  }
}

/// Why a token cannot be made.
public struct TokenError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String
}

extension Base64URL {
  static func text(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").filter { $0 != "=" }
  }
}
