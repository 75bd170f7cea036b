import CLibCurl
import Reconciler

/// Owns libcurl's multi handle and tells the poller and the clock what it wants.
@safe final class MultiHandle {
  private let raw: UnsafeMutableRawPointer
  private let poller: Poller
  /// Among those of its group: whose a socket is.
  private let place: Int
  /// When libcurl wants to be called without an event, in steady microseconds.
  private(set) var deadline: Int64?
  /// Whether anything may have finished since it was asked for last.
  private var hasActed = false
  /// How many terminals it is for.
  private(set) var terminals = 0

  init(poller: Poller, place: Int) throws(BridgeError) {
    guard Self.isReady, let handle = unsafe curl_multi_init() else {
      throw BridgeError(code: .system, message: "libcurl did not start")
    }
    unsafe raw = handle
    self.poller = poller
    self.place = place
    attach()
  }

  deinit { unsafe _ = curl_multi_cleanup(raw) }

  /// Once a process.
  private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  private func attach() {
    let pointer = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe _ = mt4_curl_multi_set_pointer(raw, CURLMOPT_SOCKETDATA, pointer)
    unsafe _ = mt4_curl_multi_set_pointer(raw, CURLMOPT_TIMERDATA, pointer)
    unsafe _ = mt4_curl_multi_set_socket(raw) { _, socket, what, context, _ in
      guard let context = unsafe context else { return -1 }
      unsafe Unmanaged<MultiHandle>.fromOpaque(context).takeUnretainedValue().want(socket, what)
      return 0
    }
    unsafe _ = mt4_curl_multi_set_timer(raw) { _, milliseconds, context in
      guard let context = unsafe context else { return -1 }
      unsafe Unmanaged<MultiHandle>.fromOpaque(context).takeUnretainedValue().want(milliseconds: milliseconds)
      return 0
    }
  }

  private func want(_ socket: Int32, _ what: Int32) {
    switch what {
    case CURL_POLL_REMOVE: poller.forget(socket)
    default:
      poller.watch(
        socket, of: place, reading: what == CURL_POLL_IN || what == CURL_POLL_INOUT,
        writing: what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
    }
  }

  private func want(milliseconds: Int) {
    deadline = milliseconds < 0 ? nil : SystemClock.now().steady.microseconds + Int64(milliseconds) * 1000
  }

  /// It is for one terminal more. Were fewer idle connections kept than there are terminals, every poll would need a new one;
  /// a terminal has two for reads and one for a trade.
  func join() {
    terminals += 1
    unsafe _ = mt4_curl_multi_set_long(raw, CURLMOPT_MAXCONNECTS, 3 * terminals + 16)
  }

  func leave() { terminals -= 1 }

  func add(_ handle: EasyHandle) -> Bool { unsafe curl_multi_add_handle(raw, handle.raw) == CURLM_OK }

  /// In the middle of a transfer this ends its connection.
  func remove(_ handle: EasyHandle) { unsafe _ = curl_multi_remove_handle(raw, handle.raw) }

  func act(on event: Poller.Event) {
    var flags: Int32 = 0
    if event.isReadable { flags |= CURL_CSELECT_IN }
    if event.isWritable { flags |= CURL_CSELECT_OUT }
    if event.isBroken { flags |= CURL_CSELECT_ERR }
    hasActed = true
    var running: Int32 = 0
    unsafe _ = curl_multi_socket_action(raw, event.descriptor, flags, &running)
  }

  /// Calls libcurl if its deadline has come.
  func actOnTime(_ now: Int64) {
    guard let deadline, deadline <= now else { return }
    self.deadline = nil
    hasActed = true
    var running: Int32 = 0
    unsafe _ = curl_multi_socket_action(raw, CURL_SOCKET_BAD, 0, &running)
  }

  /// The next finished transfer, by its handle's address.
  func nextFinished() -> (handle: UInt, code: CURLcode)? {
    guard hasActed else { return nil }
    var left: Int32 = 0
    while let message = unsafe curl_multi_info_read(raw, &left) {
      guard unsafe message.pointee.msg == CURLMSG_DONE, let handle = unsafe message.pointee.easy_handle else {
        continue
      }
      return (UInt(bitPattern: handle), unsafe mt4_curl_message_result(message))
    }
    hasActed = false
    return nil
  }
}
