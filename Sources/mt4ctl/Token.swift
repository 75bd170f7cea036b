import ArgumentParser
import Bridge
import Controller
import Reconciler

/// `mt4ctl token`.
struct Token: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make tokens for those who read over HTTP.",
    discussion: """
      A viewer reads agents; an auditor also actions, trades, revisions and events. Nobody can change anything with one.
      """,
    subcommands: [TokenIssue.self, TokenNew.self])
}

/// The roles of tokens.
enum TokenRole: String, ExpressibleByArgument, CaseIterable {
  case viewer, auditor
}

/// `mt4ctl token issue`.
struct TokenIssue: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "issue", abstract: "Sign a JSON Web Token that expires.",
    discussion: """
      The key fixes the algorithm: a file of at least 32 raw bytes is HS256, and the controller has the same one \
      (--jwt-key); a private key in PEM of P-256 is ES256, of Ed25519 EdDSA, and the controller has the public half. \
      Only the token is printed. Whoever has it may read until it expires; it cannot be called back but by another key.

      Examples:
        head -c 32 /dev/urandom > jwt.key && chmod 600 jwt.key
        mt4ctl token issue --role viewer --key jwt.key --ttl 24h --subject wall-display > token
        mt4ctl get agents --token-file token
      """)

  @Option(help: "viewer or auditor.") var role: TokenRole
  @Option(help: "The file of the key that signs.") var key: String
  @Option(help: "How long it counts: 1m to 8784h (366 days).") var ttl = "24h"
  @Option(help: "Whose it is, for people.") var subject: String?

  func validate() throws {
    guard let lifetime = DurationText.parse(ttl), lifetime >= .seconds(60), lifetime <= .seconds(366 * 86_400) else {
      throw ValidationError("--ttl is a duration from 1m to 8784h, such as 24h.")
    }
  }

  func run() async throws {
    do throws(TokenError) {
      let issuer = try TokenIssuer(keyFile: key)
      let token = try await issuer.issue(
        role: role.rawValue, subject: subject, at: SystemClock.now().wall,
        lifetime: DurationText.parse(ttl) ?? .seconds(86_400))
      Terminal.out(token + "\n")
    } catch {
      Terminal.error("mt4ctl: \(error)")
      throw ExitCode(1)
    }
  }
}

/// `mt4ctl token new`.
struct TokenNew: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Make a static token, and the line of the token file that stands for it.",
    discussion: """
      The token goes to stdout, once: it is kept nowhere. The line, which holds only its hash, goes to stderr; put it into \
      the controller's token file (--token-file) and let the controller reload.

      Example:
        mt4ctl token new --role auditor > token 2>> rest-tokens
      """)

  @Option(help: "viewer or auditor.") var role: TokenRole
  @Option(help: "Whose it is; a comment in the line.") var note: String?

  func validate() throws {
    guard note?.contains(where: \.isNewline) != true else { throw ValidationError("--note is one line.") }
  }

  func run() {
    let made = TokenIssuer.staticToken(role: role.rawValue, note: note)
    Terminal.error(made.line)
    Terminal.out(made.token + "\n")
  }
}
