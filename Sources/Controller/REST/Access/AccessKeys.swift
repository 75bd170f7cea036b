// Access: who may read what. Bearer tokens by their hashes, JSON Web Tokens by one key. No token, key or hash is ever in a
// log, an error or an answer.

internal import Crypto
import Reconciler

/// Somebody who showed a token that counts.
struct Principal: Hashable, Sendable {
  let access: Access
  /// When the token expires, where it does.
  var expires: Timestamp?
  /// Tells one holder from another without telling who they are.
  let key: String
}

/// Why a token does not count. The texts are for the client and tell nothing of what would.
struct AccessRefusal: Error, Hashable, Sendable {
  let message: String
}

/// The keys of one controller.
struct AccessKeys: Sendable {
  var tokens: TokenFile?
  var jwt: WebTokenKey?

  /// Without any, everything is open on loopback.
  var isEmpty: Bool { tokens == nil && jwt == nil }

  /// Judges the header `Authorization`.
  func principal(authorization: String?, at now: Timestamp) async throws(AccessRefusal) -> Principal {
    guard let authorization else { throw AccessRefusal(message: "Send a token: Authorization: Bearer TOKEN.") }
    let bytes = Array(authorization.utf8)
    guard let place = Self.bearer(bytes) else {
      throw AccessRefusal(message: "Send the token as Authorization: Bearer TOKEN.")
    }
    let token = bytes[place]
    if let found = tokens?.principal(of: String(decoding: token, as: UTF8.self)) { return found }
    guard let jwt, Self.hasThreeParts(token) else {
      throw AccessRefusal(message: "The token is not one that this controller knows.")
    }
    return try await jwt.principal(of: token, at: now)
  }

  /// Where the token stands: the second of two words, after `Bearer`. By bytes: a web token has hundreds of characters, and
  /// to tell characters apart costs more than all else.
  private static func bearer(_ bytes: [UInt8]) -> Range<Int>? {
    let space = UInt8(ascii: " ")
    var words: [Range<Int>] = []
    var first = 0
    for k in 0...bytes.count where k == bytes.count || bytes[k] == space {
      if k > first { words.append(first..<k) }
      if words.count > 2 { return nil }
      first = k + 1
    }
    guard words.count == 2 else { return nil }
    return String(decoding: bytes[words[0]], as: UTF8.self).lowercased() == "bearer" ? words[1] : nil
  }

  private static func hasThreeParts(_ token: ArraySlice<UInt8>) -> Bool {
    var dots = 0
    for byte in token where byte == UInt8(ascii: ".") { dots += 1 }
    return dots == 2
  }
}

extension Access {
  /// The roles that a token may carry.
  static let roles: [Access] = [.viewer, .auditor]

  /// Whether this role may read what wants `needed`.
  func mayRead(_ needed: Access) -> Bool {
    switch needed {
    case .open: true
    case .viewer: self == .viewer || self == .auditor
    case .auditor: self == .auditor
    }
  }
}

/// Keys that cannot be used.
struct AccessKeyError: Error, Hashable, Sendable, CustomStringConvertible {
  let description: String
}
