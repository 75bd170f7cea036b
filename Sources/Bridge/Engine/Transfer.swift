import CLibCurl
import Glibc
import Reconciler

/// One request on its way: libcurl's callbacks write into it.
final class Transfer {
  enum Purpose: Hashable {
    case part(ReadPart)
    case quote(Symbol)
    case trade
  }

  /// Of all header lines together.
  static let headerLimit = 64 << 10

  let handle: EasyHandle
  /// Where the handle goes for the transfer.
  let multi: MultiHandle
  let terminal: UInt64
  let purpose: Purpose
  let began: Moment
  private let bodyLimit: Int
  private var body: [UInt8] = []
  private var headerBytes = 0
  private var isHeaderComplete = false
  private var isOverLimit = false
  /// Set just before the first byte of the request is written; never when the connection did not come about.
  private(set) var mayHaveLeft = false

  init(_ handle: EasyHandle, in session: TerminalSession, purpose: Purpose, bodyLimit: Int, began: Moment) {
    self.handle = handle
    multi = session.multi
    terminal = session.plan.id
    self.purpose = purpose
    self.bodyLimit = bodyLimit
    self.began = began
    attach()
  }

  /// Whoever starts the transfer keeps it until the handle is out of the multi handle.
  private func attach() {
    let pointer = unsafe Unmanaged.passUnretained(self).toOpaque()
    handle.set(CURLOPT_MAXFILESIZE_LARGE, offset: bodyLimit)
    unsafe handle.set(CURLOPT_WRITEDATA, pointer: pointer)
    unsafe handle.set(CURLOPT_HEADERDATA, pointer: pointer)
    unsafe handle.set(CURLOPT_PREREQDATA, pointer: pointer)
    handle.check(
      unsafe mt4_curl_set_write(handle.raw, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
        unsafe Transfer.at(context).append(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
      })
    handle.check(
      unsafe mt4_curl_set_write(handle.raw, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
        unsafe Transfer.at(context).header(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
      })
    handle.check(
      unsafe mt4_curl_set_prereq(handle.raw) { context, _, _, _, _ in
        unsafe Transfer.at(context).mayHaveLeft = true
        return CURL_PREREQFUNC_OK
      })
  }

  @unsafe private static func at(_ context: UnsafeMutableRawPointer?) -> Transfer {
    guard let context = unsafe context else { preconditionFailure("libcurl lost the callback's context") }
    return unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  }

  @unsafe private func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard body.count + bytes.count <= bodyLimit else {
      isOverLimit = true
      return false
    }
    unsafe body.append(contentsOf: bytes)
    return true
  }

  /// One header line. An interim reply (100) is followed by another status line, and a chunked body by more lines.
  @unsafe private func header(_ line: UnsafeRawBufferPointer) -> Bool {
    headerBytes += line.count
    guard headerBytes <= Self.headerLimit else {
      isOverLimit = true
      return false
    }
    if unsafe line.starts(with: "HTTP/".utf8) { isHeaderComplete = false }
    if line.count <= 2, unsafe line.allSatisfy({ $0 == 13 || $0 == 10 }) { isHeaderComplete = true }
    return true
  }

  /// The outcome once libcurl is done with the handle.
  func outcome(_ code: CURLcode) -> TransferOutcome {
    var outcome = TransferOutcome(end: end(code), mayHaveLeft: mayHaveLeft)
    if code != CURLE_OK { outcome.detail = unsafe String(cString: curl_easy_strerror(code)) }
    let status = handle.status
    if isHeaderComplete, status >= 200 { outcome.status = status }
    if outcome.end == .complete, outcome.status == nil { outcome.end = .cutOff }
    outcome.body = body
    let wait = handle.retryAfterSeconds
    // A terminal that asks for more than an hour is asked again after an hour.
    if wait > 0 { outcome.retryAfter = .seconds(min(wait, 3600)) }
    return outcome
  }

  /// The outcome when this side gives up.
  func cancelled() -> TransferOutcome { TransferOutcome(end: .cancelled, mayHaveLeft: mayHaveLeft) }

  private func end(_ code: CURLcode) -> TransferOutcome.End {
    if isOverLimit { return .tooLarge }
    switch code {
    case CURLE_OK: return .complete
    case CURLE_OPERATION_TIMEDOUT: return .timeout
    case CURLE_FILESIZE_EXCEEDED: return .tooLarge
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE, CURLE_SSL_INVALIDCERTSTATUS,
      CURLE_USE_SSL_FAILED:
      return .tls
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY: return mayHaveLeft ? .notHTTP : .unreachable
    default: return mayHaveLeft ? .cutOff : .unreachable
    }
  }
}
