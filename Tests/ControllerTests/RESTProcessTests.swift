import Crypto
import Foundation
import Glibc
import Reconciler
import Testing

@testable import Controller

/// The keys of REST as an operator gives them: options, environment, the service manager's credentials.
@Suite(.timeLimit(.minutes(5)))
struct RESTProcessTests {
  private static func tokens(_ folder: String, _ name: String) throws -> String {
    let path = "\(folder)/\(name)"
    let lines = ["v viewer", "a auditor"].map { line in
      let parts = line.split(separator: " ")
      return "\(Hexadecimal.text(SHA256.hash(data: Array(parts[0].utf8)))) \(parts[1])\n"
    }
    try lines.joined().write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  private static func port(_ process: ControllerProcess) async throws -> Int {
    var port: Int?
    try await eventually("it serves") {
      port = process.error.components(separatedBy: "serving on ").dropFirst().first
        .flatMap { $0.components(separatedBy: ":").dropFirst().first }
        .flatMap { Int($0.prefix { $0.isNumber }) }
      return port != nil
    }
    return try #require(port, "\(process.error)")
  }

  @Test func `with a key it serves everywhere, asks for the token, and shows strangers no amounts`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent())
      let tokens = try Self.tokens(stage.folder, "tokens")
      let process = try ControllerProcess.run(
        stage, database: try TestDatabase.fresh().url,
        ["--listen", "0.0.0.0:0", "--token-file", tokens, "--closed-metrics"])
      defer { process.signal(SIGKILL) }
      let port = try await Self.port(process)
      for path in ["/health", "/livez", "/readyz", "/api/status", "/openapi.json"] {
        #expect(try await ask(port, path).status == 200, "\(path)")
      }
      for path in ["/api/agents", "/metrics", "/api/agents/summary", "/api/actions", "/api/events"] {
        #expect(try await ask(port, path).status == 401, "\(path)")
      }
      #expect(try await ask(port, "/metrics", ["Authorization: Bearer v"]).status == 200)
      #expect(try await ask(port, "/api/actions", ["Authorization: Bearer v"]).status == 403)
      #expect(try await ask(port, "/api/actions", ["Authorization: Bearer a"]).status == 200)
      for (headers, isShown) in [([], false), (["Authorization: Bearer v"], true)] {
        let status = try #require(try await ask(port, "/api/status", headers).json)
        let messages = (status["agents"]?.array ?? []).flatMap { $0["conditions"]?.array ?? [] }
          .compactMap { $0["message"]?.string }
        #expect(!messages.isEmpty)
        #expect(messages.contains { !$0.isEmpty } == isShown)
      }
    }
  }

  @Test func `the service manager's credentials are taken where no option names a file`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent())
      let folder = stage.folder + "/credentials"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      _ = try Self.tokens(folder, "rest-tokens")
      let process = try ControllerProcess(
        [
          "run", "--manifests", stage.manifests, "--state", stage.state, "--database", try TestDatabase.fresh().url,
          "--listen", "127.0.0.1:0",
        ], in: stage.folder, environment: ["CREDENTIALS_DIRECTORY": folder])
      defer { process.signal(SIGKILL) }
      let port = try await Self.port(process)
      #expect(try await ask(port, "/api/agents").status == 401)
      #expect(try await ask(port, "/api/agents", ["Authorization: Bearer v"]).status == 200)
    }
  }

  @Test func `wrong keys, and no key for another address, end the start with a word that helps`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent())
      let run = ["run", "--manifests", stage.manifests, "--state", stage.state]
      let open = try await ControllerProcess.output(run + ["--listen", "0.0.0.0:0"], in: stage)
      #expect(open.code == 64)
      #expect(open.error.contains("without a key (--token-file or --jwt-key) it serves on loopback only"))
      let missing = try await ControllerProcess.output(run + ["--token-file", "/nonexistent"], in: stage)
      #expect(missing.code == 1)
      #expect(missing.error.contains("--token-file /nonexistent"))
      let slow = try await ControllerProcess.output(run + ["--rate-limit", "10"], in: stage)
      #expect(slow.code == 64)
      #expect(!FileManager.default.fileExists(atPath: stage.state + "/journal"))
    }
  }
}
