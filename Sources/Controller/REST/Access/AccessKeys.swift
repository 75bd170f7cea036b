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
    // By bytes: a web token has hundreds of characters, and to tell characters apart costs more than all else.
    let parts = authorization.utf8.split(separator: UInt8(ascii: " "))
    guard parts.count == 2, Substring(parts[0]).lowercased() == "bearer" else {
      throw AccessRefusal(message: "Send the token as Authorization: Bearer TOKEN.")
    }
    let token = String(Substring(parts[1]))
    if let found = tokens?.principal(of: token) { return found }
    guard let jwt, token.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 2 else {
      throw AccessRefusal(message: "The token is not one that this controller knows.")
    }
    return try await jwt.principal(of: token, at: now)
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
