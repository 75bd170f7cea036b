internal import Crypto
internal import JWTKit
import Reconciler

/// The one key that JSON Web Tokens are judged by (RFC 7519, 7515, 8037). The key says which algorithm counts: raw bytes are
/// HS256, a public key in PEM is ES256 or EdDSA. What a token says of itself chooses nothing. jwt-kit judges the signature;
/// the claims are judged here, by our own strict JSON, in which no name comes twice.
struct WebTokenKey: Sendable {
  private enum Key: Sendable {
    case shared(HMACKey)
    case p256(ES256PublicKey)
    case ed25519(EdDSA.PublicKey)
  }

  /// Whatever it says: its claims are judged apart.
  private struct Unjudged: JWTPayload {
    func verify(using algorithm: some JWTAlgorithm) {}
  }

  private let key: Key
  /// What judges signatures: made once, for it is an actor of its own and asks for a hop to be filled.
  private let verifier: Task<JWTKeyCollection, Never>
  /// Tokens whose signature and claims were judged before.
  private let known = KnownTokens()

  /// Clocks may be apart by so much.
  static let leeway: Duration = .seconds(30)
  static let audience = "mt4-controller"
  private static let leastBytes = 32

  var algorithm: String {
    switch key {
    case .shared: "HS256"
    case .p256: "ES256"
    case .ed25519: "EdDSA"
    }
  }

  init(_ bytes: [UInt8], path: String) throws(AccessKeyError) {
    guard Self.isPEM(bytes) else {
      guard bytes.count >= Self.leastBytes else {
        throw AccessKeyError(
          description: "\(path): a key for HS256 needs at least 32 bytes, and it has \(bytes.count); "
            + "make one with: head -c 32 /dev/urandom > FILE")
      }
      self.init(.shared(HMACKey(from: bytes)))
      return
    }
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.contains("-----BEGIN PUBLIC KEY-----"), !text.contains("PRIVATE KEY") else {
      throw AccessKeyError(
        description: "\(path): give the controller the public key alone (-----BEGIN PUBLIC KEY-----); "
          + "get it with: openssl pkey -in PRIVATE -pubout")
    }
    if let p256 = try? ES256PublicKey(pem: text) {
      self.init(.p256(p256))
    } else if let ed25519 = try? EdDSA.PublicKey(pem: text) {
      self.init(.ed25519(ed25519))
    } else {
      throw AccessKeyError(description: "\(path): the key must be of P-256 (for ES256) or Ed25519 (for EdDSA)")
    }
  }

  private init(_ key: Key) {
    self.key = key
    verifier = Task {
      let keys = JWTKeyCollection()
      switch key {
      case .shared(let key): await keys.add(hmac: key, digestAlgorithm: .sha256)
      case .p256(let key): await keys.add(ecdsa: key)
      case .ed25519(let key): await keys.add(eddsa: key)
      }
      return keys
    }
  }

  private static func isPEM(_ bytes: [UInt8]) -> Bool {
    bytes.drop { $0 == 0x0A || $0 == 0x0D || $0 == 0x20 }.starts(with: "-----BEGIN ".utf8)
  }

  /// Who shows this token.
  ///
  /// - Throws: why the token does not count.
  func principal(of token: ArraySlice<UInt8>, at now: Timestamp) async throws(AccessRefusal) -> Principal {
    let hash = Array(SHA256.hash(data: token))
    if let principal = known.principal(hash, at: now) { return principal }
    let principal = try await judged(String(decoding: token, as: UTF8.self), hash, now)
    known.keep(principal, hash, at: now)
    return principal
  }

  private func judged(_ token: String, _ hash: [UInt8], _ now: Timestamp) async throws(AccessRefusal) -> Principal {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let header = Self.object(parts[0]), Base64URL.bytes(parts[2]) != nil else {
      throw AccessRefusal(message: "The token is not a JSON Web Token.")
    }
    guard header["alg"]?.string == algorithm, header["crit"] == nil else {
      throw AccessRefusal(message: "The token is signed in another way than this controller takes.")
    }
    guard await isSigned(token) else {
      throw AccessRefusal(message: "The token's signature is not right.")
    }
    guard let claims = Self.object(parts[1]) else { throw AccessRefusal(message: "The token has no claims.") }
    return try judge(claims, now, key: "jwt \(Hexadecimal.text(hash.prefix(8)))")
  }

  private func isSigned(_ token: String) async -> Bool {
    return (try? await verifier.value.verify(token, as: Unjudged.self)) != nil
  }

  private func judge(
    _ claims: [String: JSONValue], _ now: Timestamp, key: String
  ) throws(AccessRefusal) -> Principal {
    guard let expires = Self.time(claims["exp"]) else {
      throw AccessRefusal(message: "The token says no time at which it expires (exp).")
    }
    guard now < expires + Self.leeway else { throw AccessRefusal(message: "The token has expired.") }
    if let begins = claims["nbf"] {
      guard let begins = Self.time(begins), begins <= now + Self.leeway else {
        throw AccessRefusal(message: "The token is not valid yet (nbf).")
      }
    }
    let audiences = claims["aud"]?.array?.compactMap(\.string) ?? claims["aud"]?.string.map { [$0] } ?? []
    guard audiences.contains(Self.audience) else {
      throw AccessRefusal(message: "The token is not for this service: aud must be \(Self.audience).")
    }
    guard let role = Access.roles.first(where: { $0.rawValue == claims["role"]?.string }) else {
      throw AccessRefusal(message: "The token has no role that counts: role must be viewer or auditor.")
    }
    return Principal(access: role, expires: expires + Self.leeway, key: key)
  }

  private static func object(_ part: Substring) -> [String: JSONValue]? {
    guard let bytes = Base64URL.bytes(part) else { return nil }
    return (try? JSONParser.parse(bytes))?.object
  }

  /// Seconds since 1970, as a JSON number.
  private static func time(_ value: JSONValue?) -> Timestamp? {
    guard case .number(let text)? = value, let seconds = FixedDecimal(wire: text), seconds.magnitude < 1_000_000_000_000
    else { return nil }
    return Timestamp(microseconds: Int64(clamping: seconds.units / 1_000_000))
  }
}

/// RFC 4648, section 5, without padding.
enum Base64URL {
  static func bytes(_ text: Substring) -> [UInt8]? {
    var out: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for byte in text.utf8 {
      let value: UInt8
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = byte - UInt8(ascii: "A")
      case UInt8(ascii: "a")...UInt8(ascii: "z"): value = byte - UInt8(ascii: "a") + 26
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte - UInt8(ascii: "0") + 52
      case UInt8(ascii: "-"): value = 62
      case UInt8(ascii: "_"): value = 63
      default: return nil
      }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        out.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    // Six bits alone are no byte, and what is left over must be nothing.
    guard count < 6, bits & (1 << UInt32(count) - 1) == 0 else { return nil }
    return out
  }
}
