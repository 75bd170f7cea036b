import ArgumentParser
import Controller
import Foundation

/// Which running controller is asked, and as whom.
struct ServerOptions: ParsableArguments {
  @Option(help: "Where the controller serves (MT4_SERVER; default http://127.0.0.1:8090).")
  var server: String?

  @Option(name: .customLong("token-file"), help: "A file that holds a bearer token (MT4_TOKEN_FILE).")
  var tokenFile: String?

  /// Asks, on a thread of its own. What goes wrong is said on stderr, and the exit code is 7 or 1.
  func ask<Value: Sendable>(
    _ doing: String, _ body: @escaping @Sendable (ControllerClient) throws(ClientError) -> Value
  ) async throws -> Value {
    do throws(ClientError) {
      return try await tryAsking(doing, body)
    } catch {
      Terminal.error("mt4ctl: \(error)")
      throw ExitCode(error.exitCode)
    }
  }

  /// The same for who decides by the error.
  func tryAsking<Value: Sendable>(
    _ doing: String, _ body: @escaping @Sendable (ControllerClient) throws(ClientError) -> Value
  ) async throws(ClientError) -> Value {
    let client = try client()
    let progress = Progress.begin(doing)
    defer { progress.end() }
    return try await Blocking.run("mt4ctl-ask") { () throws(ClientError) in try body(client) }
  }

  private func client() throws(ClientError) -> ControllerClient {
    let environment = ProcessInfo.processInfo.environment
    let url = try ServerURL(server ?? environment["MT4_SERVER"].flatMap { $0.isEmpty ? nil : $0 } ?? ServerURL.usual)
    return try ControllerClient(server: url, token: try tokenText(environment))
  }

  private func tokenText(_ environment: [String: String]) throws(ClientError) -> String? {
    guard let path = tokenFile ?? environment["MT4_TOKEN_FILE"].flatMap({ $0.isEmpty ? nil : $0 }) else { return nil }
    return try ControllerClient.token(fromFile: path)
  }
}

/// A word on stderr, for a person who waits for more than a second.
final class Progress: Sendable {
  private let begun = ContinuousClock.now
  private let task: Task<Void, Never>?

  private init(_ doing: String?) {
    guard let doing else {
      task = nil
      return
    }
    let begun = begun
    task = Task {
      while true {
        do { try await Task.sleep(for: .seconds(1)) } catch { return }
        let seconds = (ContinuousClock.now - begun).components.seconds
        FileHandle.standardError.write(Data("\r\u{1B}[K\(doing) … \(seconds) s".utf8))
      }
    }
  }

  static func begin(_ doing: String) -> Progress { Progress(Terminal.isErrorTerminal ? doing : nil) }

  /// Clears the line again.
  func end() {
    guard let task else { return }
    task.cancel()
    if ContinuousClock.now - begun >= .milliseconds(900) {
      FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }
  }
}
