// Checkpoints: heads of the chain at times, signed where a key is configured, kept beside the journal and in the database
// so that they can be carried off the host. They are what a rewritten or cut end is found by. Nothing here decides what is
// recorded; keys are only read, used and never shown.

import Foundation
public import Reconciler

/// A head of the chain at one moment: every record up to it is bound by its hash.
///
/// In `checkpoints.jsonl` it is one line of RFC 8785 JSON. A signature is Ed25519 over that line without its member
/// `signature`, in base64.
public struct Checkpoint: Hashable, Sendable {
  public let chain: String
  /// The last record that it covers.
  public let sequence: Int64
  /// That record's hash.
  public let hash: String
  /// When it was made.
  public let at: Timestamp
  /// The id of the key that signed it; `nil` when unsigned.
  public let keyID: String?
  /// Base64; `nil` when unsigned.
  public let signature: String?

  static let maximumBytes = 4096

  public init(
    chain: String, sequence: Int64, hash: String, at: Timestamp, keyID: String? = nil, signature: String? = nil
  ) {
    self.chain = chain
    self.sequence = sequence
    self.hash = hash
    self.at = at
    self.keyID = keyID
    self.signature = signature
  }

  /// The same, signed.
  init(chain: String, sequence: Int64, hash: String, at: Timestamp, signedBy key: CheckpointKey?) {
    let plain = Checkpoint(chain: chain, sequence: sequence, hash: hash, at: at, keyID: key?.id)
    self.init(
      chain: chain, sequence: sequence, hash: hash, at: at, keyID: key?.id,
      signature: key?.signature(of: plain.signedBytes))
  }

  /// What the signature is of.
  var signedBytes: [UInt8] { JSONValue.object(members).canonicalBytes }

  /// As it stands in a file, without a newline.
  public var line: String {
    var members = members
    members["signature"] = signature.map { .string($0) }
    return JSONValue.object(members).canonicalText
  }

  private var members: [String: JSONValue] {
    var members: [String: JSONValue] = [
      "at": .time(at), "chain": .string(chain), "hash": .string(hash), "seq": .int(sequence),
    ]
    members["key_id"] = keyID.map { .string($0) }
    return members
  }

  /// Reads a line; `nil` for anything that is not one. Does not judge the signature.
  init?(line: some Sequence<UInt8>) {
    guard let json = try? JSONParser.parse(Array(line)), let chain = json["chain"]?.string,
      let sequence = json["seq"]?.int, sequence > 0, let hash = json["hash"]?.string, Hexadecimal.hash(hash) != nil,
      let at = json["at"]?.time
    else { return nil }
    self.init(
      chain: chain, sequence: sequence, hash: hash, at: at, keyID: json["key_id"]?.string,
      signature: json["signature"]?.string)
  }

  /// As `ShipSQL.checkpoints` takes it, by the names of the columns.
  var row: JSONValue {
    .fields([
      "chain": .string(chain), "id": .int(sequence), "hash": .string(hash), "created_at": .time(at),
      "key_id": keyID.map { .string($0) }, "signature": signature.map { .string($0) },
    ])
  }
}
