import Testing

@testable import Bridge

@Suite struct MultiGroupTests {
  @Test func `a handle is for so many terminals, then there is another, and whoever leaves makes room`() throws {
    let group = try MultiGroup(poller: Poller(), most: 2)
    var taken: [MultiHandle] = []
    for _ in 0..<5 {
      let handle = group.handleForNewOrigin()
      handle.join()
      taken.append(handle)
    }
    #expect(group.handles.map(\.terminals) == [2, 2, 1])
    taken[2].leave()
    #expect(group.handleForNewOrigin() === taken[2])
    #expect(group.handles.count == 3)
  }

  @Test func `terminals of one origin have one handle, however many they are`() async throws {
    let rig = try Rig()
    defer { rig.stop() }
    let terminals = try (1...100).map { _ in try rig.engine.terminal(rig.server.url) }
    for terminal in terminals { _ = try await terminal.read().get() }
    for terminal in terminals { _ = try await terminal.read().get() }
    #expect(rig.server.accepted == 1)
  }
}
