import CLibCurl
import Reconciler

extension EasyHandle {
  /// What holds for every request to a terminal.
  func prepare(for plan: TerminalPlan, headers: HeaderList, timeout: Duration) {
    set(CURLOPT_NOSIGNAL, 1)
    set(headers: headers)
    set(CURLOPT_USERAGENT, "mt4-controller")
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    set(CURLOPT_TCP_KEEPALIVE, 1)
    setReach()
    setTLS(authorityFile: plan.authorityFile)
    setTimeout(timeout)
    // Otherwise a name server that does not answer holds up the thread, and with it every terminal.
    set(CURLOPT_QUICK_EXIT, 1)
    // libcurl walks over every name that it knows after each transfer, to find those that are too old. An address needs no
    // looking up, so where the url has one, nothing ages: with a thousand terminals the walk is a tenth of a poll.
    if plan.url.isNumeric { set(CURLOPT_DNS_CACHE_TIMEOUT, -1) }
  }

  /// Of the whole request.
  func setTimeout(_ timeout: Duration) {
    // At least a millisecond: 0 is libcurl's word for no limit.
    let milliseconds = max(1, Int(timeout.inMicroseconds / 1000))
    set(CURLOPT_TIMEOUT_MS, milliseconds)
    set(CURLOPT_CONNECTTIMEOUT_MS, min(milliseconds, 3000))
  }

  /// No place but the terminal's url: no redirect, no proxy, no netrc, whatever the environment says.
  private func setReach() {
    set(CURLOPT_PROTOCOLS_STR, "http,https")
    set(CURLOPT_FOLLOWLOCATION, 0)
    set(CURLOPT_PROXY, "")
    set(CURLOPT_NOPROXY, "*")
    set(CURLOPT_NETRC, 0)
    set(CURLOPT_HTTP09_ALLOWED, 0)
  }

  private func setTLS(authorityFile: String?) {
    set(CURLOPT_SSL_VERIFYPEER, 1)
    set(CURLOPT_SSL_VERIFYHOST, 2)
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    guard let authorityFile else { return }
    set(CURLOPT_CAINFO, authorityFile)
    // A private authority takes the place of the system's; it does not join them.
    set(CURLOPT_CAPATH, nil)
  }

  /// A POST goes over the wire once. libcurl sends it again by itself when a reused connection dies, so it never gets one.
  func preparePost(body: [UInt8]) {
    set(CURLOPT_FRESH_CONNECT, 1)
    set(CURLOPT_FORBID_REUSE, 1)
    set(body: body)
  }
}
