import ArgumentParser
import Bridge
import Controller
import Dispatch
import Foundation
import Logging

/// `mt4ctl run`: the controller in the foreground.
struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the controller in the foreground.",
    discussion: """
      Reads the manifests, takes up the state that the journal has, and keeps every agent's terminal as declared. \
      SIGHUP reads the manifests again; SIGTERM and SIGINT end what runs, begin nothing new, and stop.

      Each option can also come from the environment: --database from MT4_DATABASE, --interval from MT4_INTERVAL, and so on.

      Example:
        mt4ctl run --manifests manifests --state ./state --database embedded
      """)

  @Option(help: "Folder of manifests (MT4_MANIFESTS; default /etc/mt4-controller/manifests).")
  var manifests: String?

  @Option(help: "'embedded', or a libpq connection string (MT4_DATABASE; default embedded).")
  var database: String?

  @Option(help: "State directory (MT4_STATE; default /var/lib/mt4-controller).")
  var state: String?

  @Option(help: "Where to serve HTTP (MT4_LISTEN; default 127.0.0.1:8090).")
  var listen: String?

  @Option(
    name: .customLong("token-file"),
    help: "SHA-256 hashes of bearer tokens, a line each with a role (MT4_TOKEN_FILE; or the credential rest-tokens).")
  var tokenFile: String?

  @Option(
    name: .customLong("jwt-key"),
    help: "Key of JSON Web Tokens: raw bytes, or a public key in PEM (MT4_JWT_KEY; or the credential jwt-key).")
  var jwtKey: String?

  @Option(
    name: .customLong("rate-limit"),
    help: "Requests a second of one client, 200 or more, 0 for no limit (MT4_RATE_LIMIT; default 250).")
  var rateLimit: String?

  @Flag(
    name: .customLong("closed-metrics"), help: "Ask for a token on /metrics, too (MT4_CLOSED_METRICS=1).")
  var closedMetrics = false

  @Option(help: "Between two polls of one agent: 250ms, 1s, 1m (MT4_INTERVAL; default 1s).")
  var interval: String?

  @Option(
    name: .customLong("journal-retention"),
    help: "How long shipped journal segments are kept, in days (MT4_JOURNAL_RETENTION; default 30).")
  var journalRetention: String?

  @Option(
    name: .customLong("checkpoint-key"),
    help: """
      File of the Ed25519 key that signs checkpoints (MT4_CHECKPOINT_KEY; default the credential checkpoint-key). \
      "mt4ctl audit keygen" makes one.
      """)
  var checkpointKey: String?

  @Option(
    help: """
      Keep what the terminals say and all else that goes into the core, in this folder, so that "mt4ctl replay \
      --recording" can decide it anew (MT4_RECORDING; default: not kept). It holds balances and account numbers.
      """)
  var recording: String?

  @Option(
    name: .customLong("recording-limit"),
    help: """
      What all recordings may take, such as 500MB or 2GB. Whole older ones make room; one that is at the limit by itself \
      ends (MT4_RECORDING_LIMIT; default 1GB).
      """)
  var recordingLimit: String?

  @Flag(help: "Reload when a manifest changes (MT4_WATCH=1).")
  var watch = false

  @Option(name: .customLong("log-level"), help: "debug, info, warning or error (MT4_LOG_LEVEL; default info).")
  var logLevel: String?

  @Option(
    name: .customLong("log-format"),
    help: "text, json or journal (MT4_LOG_FORMAT; default journal if stderr is systemd's, else text).")
  var logFormat: String?

  mutating func run() async throws {
    ProcessHeaps.bound()
    let options = try RunOptions.resolve(self)
    let level = try RunOptions.level(self)
    let format = try RunOptions.format(self)
    if let code = FirstProcess.standIn() { throw ExitCode(code) }
    ProcessSecrecy.begin(environment: options.environment)
    let names = AgentNames()
    let output = ServiceLog(format: format, names: names)
    let service = ControllerService(options: options, log: output.logger(level), names: names)
    let signals = Signals(service: service)
    let code = await service.run()
    signals.cancel()
    await Blocking.value("mt4-log") { output.flush() }
    if code != 0 { throw ExitCode(code) }
  }
}

/// Options of `run`: the flag, else the environment, else the default.
enum RunOptions {
  static func resolve(_ run: Run) throws -> ControllerOptions {
    let environment = ProcessInfo.processInfo.environment
    func value(_ flag: String?, _ name: String, _ fallback: String) -> String { flag ?? environment[name] ?? fallback }
    let listenText = value(run.listen, "MT4_LISTEN", "127.0.0.1:8090")
    guard let listen = ListenAddress(listenText) else {
      throw ValidationError("--listen \(listenText): write an address and a port, such as 127.0.0.1:8090.")
    }
    let tokenFile = run.tokenFile ?? environment["MT4_TOKEN_FILE"]
    let jwtKey = run.jwtKey ?? environment["MT4_JWT_KEY"]
    let intervalText = value(run.interval, "MT4_INTERVAL", "1s")
    guard let interval = DurationText.parse(intervalText), interval >= .milliseconds(50), interval <= .seconds(3600)
    else {
      throw ValidationError("--interval \(intervalText): write a duration from 50ms to 1h, such as 1s.")
    }
    let retentionText = value(run.journalRetention, "MT4_JOURNAL_RETENTION", "30")
    let days = retentionText.hasSuffix("d") ? String(retentionText.dropLast()) : retentionText
    guard let retention = Int64(days), (1...3650).contains(retention) else {
      throw ValidationError("--journal-retention \(retentionText): write a number of days, such as 30.")
    }
    var options = ControllerOptions(
      manifests: value(run.manifests, "MT4_MANIFESTS", "/etc/mt4-controller/manifests"),
      database: value(run.database, "MT4_DATABASE", "embedded"),
      state: value(run.state, "MT4_STATE", "/var/lib/mt4-controller"), listen: listen, environment: environment)
    options.useKeys(tokenFile: tokenFile, jwtKey: jwtKey)
    guard listen.isLoopback || options.hasKeys else {
      throw ValidationError(
        "--listen \(listen): without a key (--token-file or --jwt-key) it serves on loopback only, such as 127.0.0.1:8090."
      )
    }
    let rateText = value(run.rateLimit, "MT4_RATE_LIMIT", "250")
    guard let rate = Int(rateText), rate == 0 || (200...1_000_000).contains(rate) else {
      throw ValidationError("--rate-limit \(rateText): write a number from 200, such as 250, or 0 for no limit.")
    }
    options.rest.requestsPerSecond = rate
    options.rest.openMetrics = !(run.closedMetrics || environment["MT4_CLOSED_METRICS"] == "1")
    options.interval = interval
    options.journalRetention = .seconds(retention * 86_400)
    options.checkpointKey = run.checkpointKey ?? environment["MT4_CHECKPOINT_KEY"]
    options.watch = run.watch || environment["MT4_WATCH"] == "1"
    options.recording = try recording(run, environment)
    return options
  }

  private static func recording(_ run: Run, _ environment: [String: String]) throws -> RecordingOptions? {
    let limitText = run.recordingLimit ?? environment["MT4_RECORDING_LIMIT"]
    guard let folder = run.recording ?? environment["MT4_RECORDING"], !folder.isEmpty else {
      guard run.recordingLimit == nil else {
        throw ValidationError("--recording-limit goes with --recording DIR.")
      }
      return nil
    }
    var options = RecordingOptions(directory: folder)
    if let limitText {
      guard let bytes = ByteText.parse(limitText), bytes >= 1_000_000 else {
        throw ValidationError("--recording-limit \(limitText): write a size from 1MB, such as 500MB or 2GB.")
      }
      options.limitBytes = bytes
    }
    return options
  }

  static func level(_ run: Run) throws -> Logger.Level {
    let text = run.logLevel ?? ProcessInfo.processInfo.environment["MT4_LOG_LEVEL"] ?? "info"
    guard let level = Logger.Level(rawValue: text) else {
      throw ValidationError("--log-level \(text): write debug, info, warning or error.")
    }
    return level
  }

  static func format(_ run: Run) throws -> LogFormat {
    let environment = ProcessInfo.processInfo.environment
    guard let text = run.logFormat ?? environment["MT4_LOG_FORMAT"] else { return .fitting(environment) }
    guard let format = LogFormat(rawValue: text) else {
      throw ValidationError("--log-format \(text): write text, json or journal.")
    }
    return format
  }
}

/// SIGTERM and SIGINT drain, SIGHUP reloads.
final class Signals {
  private var sources: [any DispatchSourceSignal] = []
  private let queue = DispatchQueue(label: "mt4-signals")

  init(service: ControllerService) {
    on(SIGTERM) { service.stop() }
    on(SIGINT) { service.stop() }
    on(SIGHUP) { service.reload(actor: "SIGHUP") }
    signal(SIGPIPE, SIG_IGN)
  }

  private func on(_ number: Int32, _ action: @escaping @Sendable () -> Void) {
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
    source.setEventHandler(handler: action)
    source.resume()
    sources.append(source)
  }

  func cancel() { for source in sources { source.cancel() } }
}

/// The one way that every command logs: lines on stderr.
enum Log {
  static func make(_ level: Logger.Level) -> Logger {
    Logger(label: "mt4-controller") { _ in LineLogHandler(logLevel: level) }
  }
}
