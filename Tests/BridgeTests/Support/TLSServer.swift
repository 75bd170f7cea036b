import Foundation
import Glibc

/// A terminal behind TLS: `openssl s_server` with a certificate for 127.0.0.1 by an authority of its own.
final class TLSServer {
  struct SetupError: Error { var text: String }

  let port: Int
  /// The authority that signed the server's certificate.
  let authority: String
  /// Another one, which did not.
  let otherAuthority: String
  private let folder: URL
  private let process: Process

  init(arguments: [String] = []) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "bridge-tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    authority = folder.appending(path: "ca.pem").path
    otherAuthority = folder.appending(path: "other.pem").path
    for name in ["ca", "other"] { try Self.openssl(Self.request(name, "/CN=\(name)"), in: folder) }
    let extra = ["-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "subjectAltName=IP:127.0.0.1"]
    try Self.openssl(Self.request("server", "/CN=server") + extra, in: folder)
    for (name, text) in [("positions", Samples.positions), ("account", Samples.account)] {
      try Data(text.utf8).write(to: folder.appending(path: name))
    }
    process = Self.process(
      ["s_server", "-WWW", "-accept", "127.0.0.1:0", "-cert", "server.pem", "-key", "server.key"] + arguments,
      in: folder)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    port = try Self.port(output.fileHandleForReading)
  }

  var url: String { "https://127.0.0.1:\(port)" }

  func stop() {
    // A child has the signal mask of the thread that made it, and the test's threads may hold SIGTERM back.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: folder)
  }

  private static func request(_ name: String, _ subject: String) -> [String] {
    [
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
      subject,
      "-keyout", "\(name).key", "-out", "\(name).pem",
    ]
  }

  private static func process(_ arguments: [String], in folder: URL) -> Process {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    return process
  }

  private static func openssl(_ arguments: [String], in folder: URL) throws {
    let process = process(arguments, in: folder)
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw SetupError(text: "openssl \(arguments[0]) failed") }
  }

  /// It prints `ACCEPT 127.0.0.1:PORT` once it listens.
  private static func port(_ output: FileHandle) throws -> Int {
    var text = ""
    while true {
      let data = output.availableData
      guard !data.isEmpty else { throw SetupError(text: "openssl s_server did not listen: \(text)") }
      text += String(decoding: data, as: UTF8.self)
      for line in text.split(separator: "\n").dropLast(text.hasSuffix("\n") ? 0 : 1) where line.hasPrefix("ACCEPT") {
        if let port = line.split(separator: ":").last.flatMap({ Int($0) }) { return port }
      }
    }
  }
}
