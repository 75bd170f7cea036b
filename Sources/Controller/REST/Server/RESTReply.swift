import Crypto
import HTTPTypes
import Hummingbird
import NIOCore
import Reconciler

/// What a route answers.
struct RESTReply: Sendable {
  var status: HTTPResponse.Status = .ok
  var headers = HTTPFields()
  var body: ResponseBody
  /// Of a document that a client may ask for again by `If-None-Match`.
  var tag: String?

  init(body: ResponseBody, type: String) {
    self.body = body
    headers = Gate.fixed
    headers[.contentType] = type
    headers[.cacheControl] = "no-store"
  }

  init(bytes: [UInt8], type: String) {
    self.init(body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)), type: type)
  }

  init(json: JSONValue, status: HTTPResponse.Status = .ok, type: String = "application/json") {
    self.init(bytes: json.canonicalBytes, type: type)
    self.status = status
  }

  /// A document with its ETag: a client may keep it, and asks each time whether it still holds.
  static func document(_ document: TaggedDocument) -> RESTReply {
    RESTReply(body: ResponseBody(byteBuffer: document.buffer), headers: document.headers, tag: document.tag)
  }

  private init(body: ResponseBody, headers: HTTPFields, tag: String) {
    self.body = body
    self.headers = headers
    self.tag = tag
  }

  static func document(_ json: JSONValue) -> RESTReply { .document(TaggedDocument(json)) }

  var response: Response { Response(status: status, headers: headers, body: body) }
}

/// A document as bytes, and a tag that is the same for the same bytes.
struct TaggedDocument: Sendable {
  let buffer: ByteBuffer
  let tag: String
  /// Those of every answer with it.
  let headers: HTTPFields

  init(bytes: [UInt8]) {
    buffer = ByteBuffer(bytes: bytes)
    tag = "\"\(Hexadecimal.text(SHA256.hash(data: bytes)).prefix(32))\""
    var headers = Gate.fixed
    headers[.contentType] = "application/json"
    headers[.cacheControl] = "no-cache"
    headers[.eTag] = tag
    self.headers = headers
  }

  init(_ json: JSONValue) { self.init(bytes: json.canonicalBytes) }
}
