import Crypto
import Foundation

/// Why a key cannot be used. Never holds a key's bytes.
public struct CheckpointKeyError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String
}

/// The private key that checkpoints are signed with (Ed25519).
public struct CheckpointKey: Sendable {
  private let key: Curve25519.Signing.PrivateKey

  /// A new random key.
  public init() { key = Curve25519.Signing.PrivateKey() }

  /// Reads a private key: 32 raw bytes, or PEM as `openssl genpkey -algorithm ed25519` writes it.
  public init(file path: String) throws(CheckpointKeyError) {
    let bytes = try KeyFile.read(path)
    let raw = bytes.count == 32 ? bytes : KeyFile.pem(bytes, "PRIVATE KEY").flatMap(KeyFile.privateKey)
    guard let raw, let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: raw) else {
      throw CheckpointKeyError(
        description: "\(path) is no Ed25519 private key: right would be PEM as \"mt4ctl audit keygen\" makes it, or 32 "
          + "raw bytes")
    }
    self.key = key
  }

  public var publicKey: CheckpointPublicKey { CheckpointPublicKey(key.publicKey) }

  /// What signed checkpoints name.
  public var id: String { publicKey.id }

  /// For a file of mode 0600.
  public var pem: String { KeyFile.text(KeyFile.privatePrefix + key.rawRepresentation, "PRIVATE KEY") }

  /// Writes both files of a new key; the private one for its owner alone.
  ///
  /// - Throws: when one of them is there already.
  public func write(to path: String) throws(CheckpointKeyError) {
    guard !FileReader.exists(path + ".pub") else {
      throw CheckpointKeyError(description: "\(path).pub is there already, and is not overwritten")
    }
    try KeyFile.write(pem, to: path, mode: 0o600)
    do throws(CheckpointKeyError) {
      try KeyFile.write(publicKey.pem, to: path + ".pub", mode: 0o644)
    } catch {
      unsafe unlink(path)
      throw error
    }
  }

  /// Base64.
  func signature(of bytes: [UInt8]) -> String? { (try? key.signature(for: Data(bytes)))?.base64EncodedString() }
}

/// The public key that checkpoints are verified with.
public struct CheckpointPublicKey: Sendable {
  private let key: Curve25519.Signing.PublicKey

  fileprivate init(_ key: Curve25519.Signing.PublicKey) { self.key = key }

  /// Reads a public key: 32 raw bytes, or PEM as `openssl pkey -pubout` writes it.
  public init(file path: String) throws(CheckpointKeyError) {
    let bytes = try KeyFile.read(path)
    let raw = bytes.count == 32 ? bytes : KeyFile.pem(bytes, "PUBLIC KEY").flatMap(KeyFile.publicKey)
    guard let raw, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: raw) else {
      let isPrivate = KeyFile.pem(bytes, "PRIVATE KEY") != nil
      throw CheckpointKeyError(
        description: "\(path) is no Ed25519 public key"
          + (isPrivate ? ", it is a private one, which belongs to the controller alone" : "")
          + ": right would be the .pub file of \"mt4ctl audit keygen\"")
    }
    self.key = key
  }

  /// SHA-256 of the 32 bytes of the key, in hex.
  public var id: String { Hexadecimal.text(SHA256.hash(data: key.rawRepresentation)) }

  public var pem: String { KeyFile.text(KeyFile.publicPrefix + key.rawRepresentation, "PUBLIC KEY") }

  func verifies(_ checkpoint: Checkpoint) -> Bool {
    guard let signature = checkpoint.signature.flatMap({ Data(base64Encoded: $0) }) else { return false }
    return key.isValidSignature(signature, for: Data(checkpoint.signedBytes))
  }
}

/// The files of keys: PEM around a DER of which only the last 32 bytes differ (RFC 8410).
private enum KeyFile {
  static let privatePrefix = Data([
    0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
  ])
  static let publicPrefix = Data([0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00])
  private static let maximumBytes = 4096

  static func read(_ path: String) throws(CheckpointKeyError) -> Data {
    do throws(FileReadError) {
      return Data(try FileReader.read(path, limit: maximumBytes))
    } catch {
      throw CheckpointKeyError(description: "the key \(path) cannot be read: \(error.words)")
    }
  }

  static func write(_ text: String, to path: String, mode: mode_t) throws(CheckpointKeyError) {
    let file: DiskFile
    do throws(JournalError) {
      file = try DiskFile(path: path, flags: O_WRONLY | O_CREAT | O_EXCL, mode: mode)
    } catch {
      guard case .system(_, _, EEXIST) = error else { throw CheckpointKeyError(description: "\(error)") }
      throw CheckpointKeyError(description: "\(path) is there already, and is not overwritten")
    }
    do throws(JournalError) {
      fchmod(file.descriptor, mode)
      try SystemFiles().writeAll(Array(text.utf8), to: file, at: 0)
      try SystemFiles().synchronize(file)
    } catch {
      unsafe unlink(path)
      throw CheckpointKeyError(description: "\(error)")
    }
  }

  /// The DER between the lines of a PEM; other blocks and text around them are passed over.
  static func pem(_ bytes: Data, _ label: String) -> Data? {
    guard let text = String(validating: bytes, as: UTF8.self),
      let begin = text.range(of: "-----BEGIN \(label)-----"),
      let end = text.range(of: "-----END \(label)-----", range: begin.upperBound..<text.endIndex)
    else { return nil }
    return Data(base64Encoded: String(text[begin.upperBound..<end.lowerBound].filter { !$0.isWhitespace }))
  }

  static func privateKey(_ der: Data) -> Data? {
    der.count == 48 && der.starts(with: privatePrefix) ? Data(der.suffix(32)) : nil
  }

  static func publicKey(_ der: Data) -> Data? {
    der.count == 44 && der.starts(with: publicPrefix) ? Data(der.suffix(32)) : nil
  }

  static func text(_ der: Data, _ label: String) -> String {
    "-----BEGIN \(label)-----\n\(der.base64EncodedString())\n-----END \(label)-----\n"
  }
}
