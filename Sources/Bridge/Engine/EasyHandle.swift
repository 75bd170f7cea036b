import CLibCurl

/// Owns one of libcurl's easy handles. Must be out of the multi handle before it goes.
@safe final class EasyHandle {
  let raw: UnsafeMutableRawPointer
  private var texts: HeaderList?
  private var failed = false

  init?() {
    guard let handle = unsafe curl_easy_init() else { return nil }
    unsafe raw = handle
  }

  deinit { unsafe curl_easy_cleanup(raw) }

  /// Tells handles apart; never followed.
  var address: UInt { UInt(bitPattern: unsafe raw) }

  /// Whether libcurl took every option so far. A handle that lacks one must not be used.
  var isComplete: Bool { !failed }

  func check(_ code: CURLcode) { if code != CURLE_OK { failed = true } }

  func set(_ option: CURLoption, _ value: Int) { check(unsafe mt4_curl_set_long(raw, option, value)) }

  func set(_ option: CURLoption, offset value: Int) { check(unsafe mt4_curl_set_offset(raw, option, value)) }

  /// libcurl keeps a copy.
  func set(_ option: CURLoption, _ value: String?) { check(unsafe mt4_curl_set_string(raw, option, value)) }

  @unsafe func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer?) {
    check(unsafe mt4_curl_set_pointer(raw, option, pointer))
  }

  func set(headers: HeaderList) {
    texts = headers
    unsafe set(CURLOPT_HTTPHEADER, pointer: UnsafeMutableRawPointer(headers.first))
  }

  func set(body: [UInt8]) {
    set(CURLOPT_POST, 1)
    set(CURLOPT_POSTFIELDSIZE_LARGE, offset: body.count)
    unsafe body.withUnsafeBytes { bytes in
      unsafe set(CURLOPT_COPYPOSTFIELDS, pointer: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
    }
  }

  var status: Int {
    var status = 0
    _ = unsafe mt4_curl_get_long(raw, CURLINFO_RESPONSE_CODE, &status)
    return status
  }

  /// Seconds of the reply's `Retry-After`, also where it is a date; 0 when there is none.
  var retryAfterSeconds: Int {
    var seconds = 0
    _ = unsafe mt4_curl_get_offset(raw, CURLINFO_RETRY_AFTER, &seconds)
    return seconds
  }
}

/// A list of header lines; libcurl reads it during the transfer.
@safe final class HeaderList {
  private(set) var first: UnsafeMutablePointer<curl_slist>?

  init?(_ lines: [String]) {
    for line in lines {
      guard let longer = unsafe curl_slist_append(first, line) else {
        unsafe curl_slist_free_all(first)
        return nil
      }
      unsafe first = longer
    }
  }

  deinit { unsafe curl_slist_free_all(first) }
}
