import Glibc
import Testing

@testable import Controller

@Suite struct LocalSocketTests {
  /// Two ends of one connection.
  private static func pair() throws -> (LocalSocket, LocalSocket) {
    var ends: [Int32] = [0, 0]
    try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    return (LocalSocket(descriptor: ends[0]), LocalSocket(descriptor: ends[1]))
  }

  @Test(.timeLimit(.minutes(1)))
  func `a line that nobody reads is given up when its time is over, however long it is`() throws {
    let (mine, theirs) = try Self.pair()
    #expect(!mine.send([UInt8](repeating: 0x78, count: 8 << 20), within: .milliseconds(50)))
    withExtendedLifetime(theirs) {}
  }

  @Test func `a line longer than the socket's room arrives whole`() async throws {
    let (mine, theirs) = try Self.pair()
    let line = [UInt8](repeating: 0x78, count: LocalSocket.maximumLine - 1)
    let sender = Sender(mine)
    Blocking.start("test-send") { sender.send(line) }
    #expect(theirs.line(within: .seconds(30)) == line)
  }

  @Test func `nothing comes in time, or the other end goes: no line`() throws {
    let (mine, theirs) = try Self.pair()
    #expect(mine.line(within: .milliseconds(1)) == nil)
    #expect(theirs.send(Array("half".utf8), within: .seconds(5)))
    #expect(mine.line(within: .seconds(5)) == Array("half".utf8))
  }
}

/// Hands a socket to another thread.
private final class Sender: @unchecked Sendable {
  private let socket: LocalSocket

  init(_ socket: LocalSocket) { self.socket = socket }

  func send(_ line: [UInt8]) { _ = socket.send(line, within: .seconds(30)) }
}
