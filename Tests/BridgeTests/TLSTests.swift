import Reconciler
import Testing

@testable import Bridge

@Suite(.timeLimit(.minutes(1)), .serialized)
struct TLSTests {
  @Test func `the right authority is accepted, any other is not, and nothing is sent`() async throws {
    let server = try TLSServer()
    defer { server.stop() }
    let engine = try BridgeEngine()
    defer { engine.stop(within: .seconds(10)) }
    let trusted = try engine.terminal(server.url) { $0.caFile = server.authority }
    #expect(try await trusted.read().get().positions?.value.count == 1)
    for file in [server.otherAuthority, nil, "/nonexistent/ca.pem"] {
      let terminal = try engine.terminal(server.url) { $0.caFile = file }
      #expect(await terminal.failure()?.code == .tls, "\(file ?? "the system's authorities")")
      #expect(await terminal.send().isRefused(.notSent), "\(file ?? "the system's authorities")")
    }
    // One terminal's trust is not another's.
    #expect(try await trusted.read().get().account != nil)
  }

  @Test func `a certificate for another name is refused`() async throws {
    let server = try TLSServer()
    defer { server.stop() }
    let engine = try BridgeEngine()
    defer { engine.stop(within: .seconds(10)) }
    let terminal = try engine.terminal("https://localhost:\(server.port)") { $0.caFile = server.authority }
    #expect(await terminal.failure()?.code == .tls)
    #expect(await terminal.send().isRefused(.notSent))
  }

  @Test func `TLS before 1.2 is refused`() async throws {
    let server = try TLSServer(arguments: ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
    defer { server.stop() }
    let engine = try BridgeEngine()
    defer { engine.stop(within: .seconds(10)) }
    let terminal = try engine.terminal(server.url) { $0.caFile = server.authority }
    #expect(await terminal.failure()?.code == .tls)
  }

  @Test func `a terminal that does not speak TLS is refused`() async throws {
    let engine = try BridgeEngine()
    defer { engine.stop(within: .seconds(10)) }
    let plain = try WireServer(greeting: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    defer { plain.stop() }
    let terminal = try engine.terminal(plain.url.replacing("http:", with: "https:"))
    #expect(await terminal.failure()?.code == .tls)
    #expect(await terminal.send().isRefused(.notSent))
  }
}
