internal import Crypto
import Foundation
public import Reconciler

/// Makes tokens that a controller accepts. It holds the signing key only as long as it lives.
public struct TokenIssuer: Sendable {
  private enum Key: Sendable {
    case shared(SymmetricKey)
    case p256(P256.Signing.PrivateKey)
    case ed25519(Curve25519.Signing.PrivateKey)
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
      key = .shared(SymmetricKey(data: bytes))
      return
    }
    guard text.contains("PRIVATE KEY") else {
      throw TokenError(description: "--key \(path): tokens are signed with the private key; this is not one")
    }
    if let p256 = try? P256.Signing.PrivateKey(pemRepresentation: text) {
      key = .p256(p256)
    } else if let ed25519 = Self.ed25519(text) {
      key = .ed25519(ed25519)
    } else {
      throw TokenError(
        description: "--key \(path): the key must be an unencrypted private key of P-256 (ES256) or Ed25519 (EdDSA)")
    }
  }

  /// RFC 8410 in PKCS #8: sixteen fixed bytes, then the seed.
  private static func ed25519(_ pem: String) -> Curve25519.Signing.PrivateKey? {
    let prefix: [UInt8] = [
      0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ]
    let body = pem.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("-----") }.joined()
    guard let der = Data(base64Encoded: body), der.count == 48, Array(der.prefix(16)) == prefix else { return nil }
    return try? Curve25519.Signing.PrivateKey(rawRepresentation: der.suffix(32))
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
  ) throws(TokenError) -> String {
    let issued = now.microseconds / 1_000_000
    let header: JSONValue = ["alg": .string(algorithm), "typ": "JWT"]
    let claims = JSONValue.fields([
      "aud": .string(WebTokenKey.audience), "role": .string(role), "iat": .int(issued),
      "exp": .int(issued + lifetime.components.seconds), "sub": subject.map { .string($0) },
    ])
    let message = Base64URL.text(header.canonicalBytes) + "." + Base64URL.text(claims.canonicalBytes)
    return message + "." + Base64URL.text(try signature(Array(message.utf8)))
  }

  private func signature(_ message: [UInt8]) throws(TokenError) -> [UInt8] {
    do {
      switch key {
      case .shared(let key): return Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
      case .p256(let key): return Array(try key.signature(for: message).rawRepresentation)
      case .ed25519(let key): return Array(try key.signature(for: message))
      }
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
