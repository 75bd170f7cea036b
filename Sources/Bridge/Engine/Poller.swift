import CLibCurl
import Glibc

/// epoll, level-triggered, for libcurl's sockets and the wake-up descriptor.
@safe final class Poller {
  struct Event {
    var descriptor: Int32
    var isReadable: Bool
    var isWritable: Bool
    var isBroken: Bool
  }

  private static let batch = 256
  private let epoll: FileDescriptor
  private var room: [epoll_event]
  /// What is watched, and for whom: of libcurl's sockets exactly those of transfers in flight, with their multi handle's place.
  private(set) var watched: [Int32: Int] = [:]

  init() throws(BridgeError) {
    unsafe room = [epoll_event](repeating: epoll_event(), count: Self.batch)
    epoll = try FileDescriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), for: "epoll_create1")
  }

  func watch(_ descriptor: Int32, of place: Int = -1, reading: Bool, writing: Bool) {
    var event = unsafe epoll_event()
    unsafe event.events = (reading ? EPOLLIN.rawValue : 0) | (writing ? EPOLLOUT.rawValue : 0)
    unsafe event.data.fd = descriptor
    // A number may have been closed and given out again since: then the other call is the right one.
    let first = watched[descriptor] != nil ? EPOLL_CTL_MOD : EPOLL_CTL_ADD
    let second = first == EPOLL_CTL_MOD ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
    if unsafe epoll_ctl(epoll.number, first, descriptor, &event) != 0 {
      _ = unsafe epoll_ctl(epoll.number, second, descriptor, &event)
    }
    watched[descriptor] = place
  }

  func forget(_ descriptor: Int32) {
    var event = unsafe epoll_event()
    _ = unsafe epoll_ctl(epoll.number, EPOLL_CTL_DEL, descriptor, &event)
    watched[descriptor] = nil
  }

  /// Waits at most so long; an interrupted wait is an empty one.
  func wait(milliseconds: Int32) -> [Event] {
    let count = unsafe epoll_wait(epoll.number, &room, Int32(Self.batch), milliseconds)
    guard count > 0 else { return [] }
    return unsafe room.prefix(Int(count)).map { event in
      let what = unsafe event.events
      return Event(
        descriptor: unsafe event.data.fd, isReadable: what & EPOLLIN.rawValue != 0,
        isWritable: what & EPOLLOUT.rawValue != 0, isBroken: what & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0)
    }
  }
}
