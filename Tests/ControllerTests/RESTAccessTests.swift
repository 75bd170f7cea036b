import Crypto
import Foundation
import Logging
import Reconciler
import Testing

@testable import Controller

/// Who may read what.
struct RESTAccessTests {
  private static let now = Timestamp(seconds: 1_800_000_000)

  private static func hash(_ token: String) -> String { Hexadecimal.text(SHA256.hash(data: Array(token.utf8))) }

  private static func base64(_ bytes: some Sequence<UInt8>) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  private static let claims: JSONValue = [
    "exp": 1_800_000_600, "aud": "mt4-controller", "role": "viewer",
  ]

  private static func claims(_ changes: [String: JSONValue]) -> JSONValue {
    var members = claims.object ?? [:]
    for (name, value) in changes { members[name] = value.isNull ? nil : value }
    return .object(members)
  }

  private static func token(
    _ claims: JSONValue, _ header: JSONValue, sign: (Data) throws -> [UInt8]
  ) throws -> String {
    let text = base64(header.canonicalBytes) + "." + base64(claims.canonicalBytes)
    return text + "." + base64(try sign(Data(text.utf8)))
  }

  private static let secret = Array("0123456789abcdef0123456789abcdef".utf8)

  private static func hs256(_ claims: JSONValue, _ header: JSONValue = ["alg": "HS256", "typ": "JWT"]) throws -> String
  {
    try token(claims, header) { Array(HMAC<SHA256>.authenticationCode(for: $0, using: SymmetricKey(data: secret))) }
  }

  @Test func `a token that was good before counts until it expires, and no longer`() async throws {
    let key = try WebTokenKey(Self.secret, path: "key")
    let token = try Self.hs256(Self.claims)
    let first = try await key.principal(of: token, at: Self.now)
    #expect(try await key.principal(of: token, at: Self.now + .seconds(1)) == first)
    #expect(try await key.principal(of: token, at: Self.now + .seconds(629)) == first)
    await #expect(throws: AccessRefusal(message: "The token has expired.")) {
      try await key.principal(of: token, at: Self.now + .seconds(630))
    }
    // One character more is another token.
    await #expect(throws: AccessRefusal.self) { try await key.principal(of: token + "A", at: Self.now) }
    let other = try WebTokenKey(Array("fedcba9876543210fedcba9876543210".utf8), path: "key")
    await #expect(throws: AccessRefusal(message: "The token's signature is not right.")) {
      try await other.principal(of: token, at: Self.now)
    }
  }

  @Test func `a token that was judged at a later time of the clock is judged again`() async throws {
    let key = try WebTokenKey(Self.secret, path: "key")
    let token = try Self.hs256(Self.claims(["nbf": 1_800_000_000]))
    _ = try await key.principal(of: token, at: Self.now)
    await #expect(throws: AccessRefusal(message: "The token is not valid yet (nbf).")) {
      try await key.principal(of: token, at: Timestamp(seconds: 1_799_999_000))
    }
  }

  // MARK: Token file

  @Test func `a token file holds hashes and roles, with comments`() throws {
    let text = "# who\n\n  \(Self.hash("alpha"))  viewer # the wall\n\(Self.hash("beta").uppercased()) auditor\r\n"
    let file = try TokenFile(Array(text.utf8), path: "tokens")
    #expect(file.count == 2)
    #expect(file.principal(of: "alpha")?.access == .viewer)
    #expect(file.principal(of: "beta")?.access == .auditor)
    #expect(file.principal(of: "gamma") == nil)
    #expect(file.principal(of: "") == nil)
    #expect(file.principal(of: Self.hash("alpha")) == nil)
  }

  @Test(arguments: [
    ("", "tokens:1: it holds no token, so nobody could read anything"),
    (
      "secret viewer", "tokens:1: the first word must be the SHA-256 of a token, 64 hex digits (never the token itself)"
    ),
    ("\n\(hash("a"))", "tokens:2: the second word must be the role: viewer or auditor"),
    ("\(hash("a")) admin", "tokens:1: the second word must be the role: viewer or auditor"),
    ("\(hash("a")) open", "tokens:1: the second word must be the role: viewer or auditor"),
    ("\(hash("a")) viewer Bob", "tokens:1: there is more than hash and role; begin a comment with #"),
    ("\(hash("a")) viewer\n\(hash("a")) auditor", "tokens:2: the same token stands in line 1 already"),
  ])
  func `a token file that is not right says where and why`(_ text: String, _ problem: String) throws {
    let error = #expect(throws: AccessKeyError.self) { try TokenFile(Array(text.utf8), path: "tokens") }
    #expect(error?.description == problem)
  }

  // MARK: Web tokens

  @Test func `a web token of each algorithm counts, by the key of its kind alone`() async throws {
    let p256 = P256.Signing.PrivateKey()
    let ed25519 = Curve25519.Signing.PrivateKey()
    let der: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
    let edPEM =
      "-----BEGIN PUBLIC KEY-----\n\(Data(der + ed25519.publicKey.rawRepresentation).base64EncodedString())\n-----END PUBLIC KEY-----\n"
    let keys = [
      try WebTokenKey(Self.secret, path: "k"),
      try WebTokenKey(Array(p256.publicKey.pemRepresentation.utf8), path: "k"),
      try WebTokenKey(Array(edPEM.utf8), path: "k"),
    ]
    let tokens = [
      try Self.hs256(Self.claims),
      try Self.token(Self.claims, ["alg": "ES256"]) { Array(try p256.signature(for: $0).rawRepresentation) },
      try Self.token(Self.claims, ["alg": "EdDSA"]) { Array(try ed25519.signature(for: $0)) },
    ]
    #expect(keys.map(\.algorithm) == ["HS256", "ES256", "EdDSA"])
    for (k, key) in keys.enumerated() {
      for (t, token) in tokens.enumerated() {
        let principal = try? await key.principal(of: token, at: Self.now)
        #expect(principal?.access == (k == t ? .viewer : nil))
      }
    }
  }

  @Test func `a public key is never taken for a shared secret`() async throws {
    let pem = Array(P256.Signing.PrivateKey().publicKey.pemRepresentation.utf8)
    let key = try WebTokenKey(pem, path: "k")
    let forged = try Self.token(Self.claims, ["alg": "HS256"]) {
      Array(HMAC<SHA256>.authenticationCode(for: $0, using: SymmetricKey(data: pem)))
    }
    await #expect(throws: AccessRefusal.self) { try await key.principal(of: forged, at: Self.now) }
  }

  @Test(
    arguments: [
      [:], ["exp": 1_799_999_980], ["exp": .number("1800000000.5")], ["aud": ["other", "mt4-controller"]],
      ["nbf": 1_800_000_020], ["role": "auditor"], ["iss": "anybody"],
    ] as [[String: JSONValue]])
  func `claims that are right count`(_ changes: [String: JSONValue]) async throws {
    let key = try WebTokenKey(Self.secret, path: "k")
    let principal = try await key.principal(of: try Self.hs256(Self.claims(changes)), at: Self.now)
    #expect(principal.access == (changes["role"] == nil ? .viewer : .auditor))
  }

  @Test(
    arguments: [
      (["exp": .null], "The token says no time at which it expires (exp)."),
      (["exp": "1800000600"], "The token says no time at which it expires (exp)."),
      (["exp": 1_799_999_970], "The token has expired."),
      (["nbf": 1_800_000_031], "The token is not valid yet (nbf)."),
      (["nbf": "soon"], "The token is not valid yet (nbf)."),
      (["aud": .null], "The token is not for this service: aud must be mt4-controller."),
      (["aud": "mt4"], "The token is not for this service: aud must be mt4-controller."),
      (["aud": ["a", "b"]], "The token is not for this service: aud must be mt4-controller."),
      (["role": .null], "The token has no role that counts: role must be viewer or auditor."),
      (["role": "open"], "The token has no role that counts: role must be viewer or auditor."),
      (["role": ["viewer"]], "The token has no role that counts: role must be viewer or auditor."),
    ] as [([String: JSONValue], String)])
  func `claims that are not right are refused`(_ changes: [String: JSONValue], _ why: String) async throws {
    let key = try WebTokenKey(Self.secret, path: "k")
    let token = try Self.hs256(Self.claims(changes))
    let refusal = await #expect(throws: AccessRefusal.self) {
      try await key.principal(of: token, at: Self.now)
    }
    #expect(refusal?.message == why)
  }

  @Test func `an unsigned, altered, or oddly signed token is refused`() async throws {
    let key = try WebTokenKey(Self.secret, path: "k")
    let good = try Self.hs256(Self.claims)
    let parts = good.split(separator: ".").map(String.init)
    let other = Self.base64(Self.claims(["role": "auditor"]).canonicalBytes)
    let none = Self.base64(JSONValue.object(["alg": "none"]).canonicalBytes)
    let bad = [
      "\(none).\(parts[1]).", "\(none).\(parts[1]).\(parts[2])", "\(parts[0]).\(other).\(parts[2])",
      "\(parts[0]).\(parts[1]).", "\(parts[0]).\(parts[1]).\(parts[2])=", "..", "a.b.c", good + ".x",
      try Self.hs256(Self.claims, ["alg": "hs256"]), try Self.hs256(Self.claims, ["alg": "HS512"]),
      try Self.hs256(Self.claims, ["alg": "HS256", "crit": ["exp"]]), try Self.hs256(["just": "this"]),
    ]
    for token in bad {
      await #expect(throws: AccessRefusal.self, "\(token)") {
        try await key.principal(of: token, at: Self.now)
      }
    }
    let principal = try await key.principal(of: good, at: Self.now)
    #expect(principal.access == .viewer)
  }

  @Test func `a key that is too short, private or of another kind is refused`() throws {
    let rsa = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----\n"
    for (text, part) in [
      ("short", "needs at least 32 bytes, and it has 5"),
      (P256.Signing.PrivateKey().pemRepresentation, "public key alone"),
      (rsa, "must be of P-256 (for ES256) or Ed25519"),
    ] {
      let error = #expect(throws: AccessKeyError.self) { try WebTokenKey(Array(text.utf8), path: "key") }
      #expect(error?.description.contains(part) == true)
    }
  }

  // MARK: Over the wire

  private static func desk(_ text: String) throws -> (AccessDesk, String) {
    let folder = try temporaryFolder()
    let path = folder + "/tokens"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    let log = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    return (try AccessDesk(tokenFile: path, jwtKey: nil, log: log), path)
  }

  @Test func `with keys each path asks for its role`() async throws {
    let (desk, path) = try Self.desk("\(Self.hash("v")) viewer\n\(Self.hash("a")) auditor\n")
    let parts = RESTParts(board: StatusBoard(), feed: RecordFeed(), history: RecordHistory())
    try await BareServer.with(access: desk) { server in
      for route in RESTTable.routes(parts) where route.path != "/api/events" {
        let url = route.path.replacing("{id}", with: "x").replacing("{symbol}", with: "EURUSD")
          .replacing("{revision}", with: "1")
        let none = try await ask(server.port, url)
        let wrong = try await ask(server.port, url, ["Authorization: Bearer nobody"])
        let viewer = try await ask(server.port, url, ["Authorization: Bearer v"])
        let auditor = try await ask(server.port, url, ["Authorization: bearer a"])
        if route.access == .open {
          #expect(![401, 403].contains(none.status), "\(url)")
        } else {
          for answer in [none, wrong] {
            #expect(answer.status == 401, "\(url)")
            #expect(answer.headers["www-authenticate"] == "Bearer realm=\"mt4-controller\"")
          }
        }
        #expect((viewer.status == 403) == (route.access == .auditor), "\(url)")
        #expect(![401, 403].contains(auditor.status), "\(url)")
      }
      let events = try await ask(server.port, "/api/events", ["Authorization: Bearer v"])
      #expect(events.status == 403)
      // By a proxy, or by any name: with a key it is the token that counts.
      #expect(
        try await ask(
          server.port, "/api/agents", ["Authorization: Bearer v", "X-Forwarded-For: 10.0.0.1"], host: "x.example"
        )
        .status == 200)
      try "\(Self.hash("w")) viewer".write(toFile: path, atomically: true, encoding: .utf8)
      desk.reload()
      #expect(try await ask(server.port, "/api/agents", ["Authorization: Bearer v"]).status == 401)
      #expect(try await ask(server.port, "/api/agents", ["Authorization: Bearer w"]).status == 200)
      try "nonsense".write(toFile: path, atomically: true, encoding: .utf8)
      desk.reload()
      #expect(try await ask(server.port, "/api/agents", ["Authorization: Bearer w"]).status == 200)
    }
  }

  @Test(arguments: [
    ("Authorization: BEARER v", 200), ("Authorization:   Bearer   v  ", 200), ("Authorization: Bearer v v", 401),
    ("Authorization: Bearer", 401), ("Authorization: v", 401), ("Authorization: Basic v", 401), ("Authorization:", 401),
    ("Authorization: Bearer\tv", 401), ("Authorization: Bearer v,", 401),
    ("Authorization: Bearer v\r\nAuthorization: Bearer v", 401),
    ("Authorization: Bearer v\r\nAuthorization: Bearer a", 401), ("authorization: bearer a", 200),
  ])
  func `the token is the second of two words of the only such field`(field: String, status: Int) async throws {
    let (desk, _) = try Self.desk("\(Self.hash("v")) viewer\n\(Self.hash("a")) auditor\n")
    try await BareServer.with(access: desk) { server in
      let answer = try await ask(server.port, "/api/agents", [field])
      #expect(answer.status == status, "\(field)")
    }
  }

  @Test func `without keys loopback is open, but not through a proxy nor by a stranger's name`() async throws {
    try await BareServer.with { server in
      for host in ["127.0.0.1", "127.0.0.1:8090", "localhost:1", "LOCALHOST", "[::1]:8090", "127.9.9.9", nil] {
        #expect(try await ask(server.port, "/api/agents", host: host).status == 200, "\(host ?? "none")")
      }
      for host in ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", "localhost.evil.example:8090", "127.1", ""] {
        #expect(try await ask(server.port, "/api/agents", host: host).status == 421, "\(host)")
      }
      for header in ["Forwarded: for=1.2.3.4", "X-Forwarded-For: 1.2.3.4", "x-forwarded-for:"] {
        let answer = try await ask(server.port, "/health", [header])
        #expect(answer.status == 401)
        #expect(answer.headers["www-authenticate"] != nil)
      }
    }
  }
}
