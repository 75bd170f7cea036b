import Foundation
import Harness
import HTTPTypes
import Hummingbird
import NIOCore

/// The limit of REST: Hummingbird alone, with routes that give replies of before, header fields and all.
struct BareRoute {
  let port: Int
  /// `PATH=FILE`: a reply as it stood on the wire.
  let replies: ArraySlice<String>

  func run() async throws {
    let router = Router()
    for reply in replies {
      guard let middle = reply.firstIndex(of: "="), reply.hasPrefix("/") else { continue }
      let (body, fields) = try Self.read(String(reply[reply.index(after: middle)...]))
      router.get(RouterPath(String(reply[..<middle]))) { _, _ in
        Response(status: .ok, headers: fields, body: ResponseBody(byteBuffer: body))
      }
    }
    let port = port
    let application = Application(
      router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
      onServerRunning: { _ in
        print("ready")
        fflush(nil)
      })
    try await application.run()
  }

  private static func read(_ path: String) throws -> (ByteBuffer, HTTPFields) {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    guard let end = bytes.range(of: Data("\r\n\r\n".utf8)) else {
      throw BenchError(description: "\(path) holds no reply")
    }
    var fields = HTTPFields()
    let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
    for line in head.components(separatedBy: "\r\n").dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      // Hummingbird itself writes these.
      guard parts.count == 2, !["content-length", "date", "connection"].contains(parts[0].lowercased()),
        let name = HTTPField.Name(parts[0])
      else { continue }
      fields[name] = parts[1]
    }
    return (ByteBuffer(bytes: bytes[end.upperBound...]), fields)
  }
}
