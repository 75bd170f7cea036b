import CLibCurl
import Glibc

/// The sockets that libcurl holds to one origin (scheme, host and port).
///
/// libcurl 7.88 cannot be told to close the idle connections of one host. So it opens and closes its sockets through here, and
/// an idle one is shut down behind its back: the terminal sees the end at once, and libcurl finds the connection dead when it next
/// looks at it, and drops it.
final class SocketLedger {
  private(set) var open: Set<Int32> = []

  /// Ends every connection that no transfer uses.
  func shutIdle(exceptIn used: [Int32: Int]) {
    for socket in open where used[socket] == nil { _ = shutdown(socket, Int32(SHUT_RDWR)) }
  }

  fileprivate func add(_ address: curl_sockaddr) -> Int32 {
    let flags = Int32(SOCK_CLOEXEC.rawValue)
    let number = socket(address.family, address.socktype | flags, address.protocol)
    if number >= 0 { open.insert(number) }
    return number
  }

  fileprivate func remove(_ number: Int32) {
    open.remove(number)
    _ = Glibc.close(number)
  }
}

extension EasyHandle {
  /// Each open socket keeps the ledger alive, because libcurl closes some of them long after the transfer.
  func keepSockets(in ledger: SocketLedger) {
    let pointer = unsafe Unmanaged.passUnretained(ledger).toOpaque()
    unsafe set(CURLOPT_OPENSOCKETDATA, pointer: pointer)
    unsafe set(CURLOPT_CLOSESOCKETDATA, pointer: pointer)
    check(
      unsafe mt4_curl_set_open_socket(raw) { context, _, address in
        guard let context = unsafe context, let address = unsafe address else { return CURL_SOCKET_BAD }
        let ledger = unsafe Unmanaged<SocketLedger>.fromOpaque(context)
        let number = unsafe ledger.takeUnretainedValue().add(address.pointee)
        if number >= 0 { _ = unsafe ledger.retain() }
        return number
      })
    check(
      unsafe mt4_curl_set_close_socket(raw) { context, number in
        guard let context = unsafe context else { return 1 }
        unsafe Unmanaged<SocketLedger>.fromOpaque(context).takeRetainedValue().remove(number)
        return 0
      })
  }
}
