import CDispatch
import CLibCurl
import Glibc
import Reconciler

/// One GET by libcurl, on the thread that asks. It owns its handles and frees them.
@safe final class HTTPTransfer {
  struct Limits {
    var connect: Duration = .seconds(5)
    /// Over all; `nil` for a stream.
    var total: Duration? = .seconds(20)
    /// Without a byte.
    var idle: Duration
    var body = 64 << 20
  }

  enum End {
    /// It is over.
    case finished
    /// The one who reads has had enough.
    case stopped
    /// Nothing came for the idle time, or not all in the time for it.
    case timedOut
    case failed(String)
  }

  private let easy: UnsafeMutableRawPointer
  private let multi: UnsafeMutableRawPointer
  private var headers: UnsafeMutablePointer<curl_slist>?
  private var arrived: [UInt8] = []
  private var received = 0

  init(url: String, headers lines: [String]) throws(ClientError) {
    guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, let easy = unsafe curl_easy_init(),
      let multi = unsafe curl_multi_init()
    else { throw ClientError(.invalid, "libcurl cannot start") }
    unsafe (self.easy, self.multi) = (easy, multi)
    for line in lines { unsafe headers = curl_slist_append(headers, line) }
    configure(url)
  }

  private func configure(_ url: String) {
    unsafe _ = mt4_curl_set_string(easy, CURLOPT_URL, url)
    unsafe _ = mt4_curl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https")
    // A token is for the controller alone, not for a proxy that an environment names.
    unsafe _ = mt4_curl_set_string(easy, CURLOPT_PROXY, "")
    unsafe _ = mt4_curl_set_string(easy, CURLOPT_USERAGENT, "mt4ctl/\(ControllerVersion.text)")
    unsafe _ = mt4_curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
    unsafe _ = mt4_curl_set_pointer(easy, CURLOPT_HTTPHEADER, headers)
    unsafe _ = mt4_curl_set_write(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
      guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
      let length = size * count
      let me = unsafe Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
      let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: length)
      unsafe me.arrived.append(contentsOf: buffer)
      return length
    }
    unsafe _ = mt4_curl_set_pointer(easy, CURLOPT_WRITEDATA, Unmanaged.passUnretained(self).toOpaque())
  }

  deinit {
    unsafe curl_multi_remove_handle(multi, easy)
    unsafe curl_easy_cleanup(easy)
    unsafe curl_multi_cleanup(multi)
    unsafe curl_slist_free_all(headers)
  }

  /// 0 before the head has come.
  var status: Int {
    var code = 0
    unsafe _ = mt4_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &code)
    return code
  }

  /// Runs it. `onBytes` gets what has come, and says whether to go on. Blocks.
  func run(_ limits: Limits, _ onBytes: ([UInt8]) -> Bool) -> End {
    unsafe _ = mt4_curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, Int(limits.connect.inMicroseconds / 1000))
    unsafe curl_multi_add_handle(multi, easy)
    let start = ContinuousClock.now
    var last = start
    while true {
      var running: Int32 = 0
      guard unsafe curl_multi_perform(multi, &running) == CURLM_OK else { return .failed("libcurl gave up") }
      if !arrived.isEmpty {
        last = .now
        received += arrived.count
        let bytes = arrived
        arrived.removeAll(keepingCapacity: true)
        guard limits.total == nil || received <= limits.body else {
          return .failed("the answer is larger than \(limits.body >> 20) MiB")
        }
        if !onBytes(bytes) { return .stopped }
      }
      if running == 0 { return outcome() }
      let now = ContinuousClock.now
      if let total = limits.total, now - start > total { return .timedOut }
      if now - last > limits.idle { return .timedOut }
      unsafe _ = curl_multi_poll(multi, nil, 0, 100, nil)
    }
  }

  private func outcome() -> End {
    var left: Int32 = 0
    while let message = unsafe curl_multi_info_read(multi, &left) {
      guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
      let code = unsafe mt4_curl_message_result(message)
      return code == CURLE_OK ? .finished : .failed(unsafe String(cString: curl_easy_strerror(code)))
    }
    return .failed("libcurl does not say what became of it")
  }
}
