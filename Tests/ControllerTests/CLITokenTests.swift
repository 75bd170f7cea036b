import Crypto
import Foundation
import Reconciler
import Testing

@testable import Controller

@Suite("Tokens that are made are tokens that count")
struct CLITokenTests {
  private static let now = Timestamp(seconds: 1_795_000_000)

  private static func issue(_ key: [UInt8], in folder: TemporaryFolder) async throws -> (
    token: String, algorithm: String
  ) {
    let path = "\(folder.path)/key"
    try Data(key).write(to: URL(fileURLWithPath: path))
    let issuer = try TokenIssuer(keyFile: path)
    let token = try await issuer.issue(role: "auditor", subject: "test", at: now, lifetime: .seconds(3600))
    return (token, issuer.algorithm)
  }

  @Test func `raw bytes sign HS256, P-256 signs ES256, Ed25519 signs EdDSA`() async throws {
    let folder = try TemporaryFolder()
    let raw = (0..<32).map { _ in UInt8.random(in: 0...255) }
    let p256 = P256.Signing.PrivateKey()
    let ed25519 = Curve25519.Signing.PrivateKey()
    let prefix: [UInt8] = [
      0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ]
    let publicPrefix: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
    func pem(_ label: String, _ der: Data) -> [UInt8] {
      Array("-----BEGIN \(label)-----\n\(der.base64EncodedString())\n-----END \(label)-----\n".utf8)
    }
    let cases: [(secret: [UInt8], shown: [UInt8], algorithm: String)] = [
      (raw, raw, "HS256"),
      (Array(p256.pemRepresentation.utf8), Array(p256.publicKey.pemRepresentation.utf8), "ES256"),
      (
        pem("PRIVATE KEY", Data(prefix) + ed25519.rawRepresentation),
        pem("PUBLIC KEY", Data(publicPrefix) + ed25519.publicKey.rawRepresentation), "EdDSA"
      ),
    ]
    for one in cases {
      let issued = try await Self.issue(one.secret, in: folder)
      #expect(issued.algorithm == one.algorithm)
      let key = try WebTokenKey(one.shown, path: "key")
      #expect(try await key.principal(of: issued.token, at: Self.now).access == .auditor)
      await #expect(throws: AccessRefusal.self) {
        try await key.principal(of: issued.token, at: Self.now + .seconds(3_700))
      }
    }
  }

  @Test func `a short key, a public key and no key are refused`() async throws {
    let folder = try TemporaryFolder()
    for key in [Array("short".utf8), Array(P256.Signing.PrivateKey().publicKey.pemRepresentation.utf8)] {
      await #expect(throws: TokenError.self) { try await Self.issue(key, in: folder) }
    }
    #expect(throws: TokenError.self) { try TokenIssuer(keyFile: "\(folder.path)/none") }
  }

  @Test func `a static token's line lets it in, and holds nothing of it`() throws {
    let made = TokenIssuer.staticToken(role: "viewer", note: "the wall display")
    #expect(!made.line.contains(made.token))
    let file = try TokenFile(Array((made.line + "\n").utf8), path: "tokens")
    #expect(file.principal(of: made.token)?.access == .viewer)
    #expect(file.principal(of: made.token + "x") == nil)
  }
}
