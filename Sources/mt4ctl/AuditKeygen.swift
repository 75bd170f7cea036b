import ArgumentParser
import Controller
import Foundation

struct AuditKeygen: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keygen", abstract: "Make a key that signs checkpoints.",
    discussion: """
      FILE is the private key (Ed25519, PEM, mode 0600): give it to the controller as the credential checkpoint-key or with \
      --checkpoint-key, and to nobody else. FILE.pub is the public key: keep a copy off the host, for "audit verify \
      --public-key".

      Example:
        mt4ctl audit keygen --out /etc/mt4-controller/credentials/checkpoint-key
      """)

  @Option(help: "Where the private key goes; FILE.pub is the public one. Neither is overwritten.")
  var out: String

  func run() throws {
    let key = CheckpointKey()
    do throws(CheckpointKeyError) {
      try key.write(to: out)
    } catch {
      AuditPlace.complain("\(error)")
      throw ExitCode(1)
    }
    print("private key  \(out)")
    print("public key   \(out).pub")
    print("key id       \(key.id)")
  }
}
