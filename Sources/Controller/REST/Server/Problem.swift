import HTTPTypes
import Hummingbird
import Reconciler

/// Why a request is not answered with what it asked for: RFC 9457.
struct Problem: Error, Sendable {
  let status: HTTPResponse.Status
  let title: String
  let detail: String
  /// The parameter that is to blame.
  var parameter: String?
  var headers: [(HTTPField.Name, String)] = []

  init(_ status: HTTPResponse.Status, _ title: String, _ detail: String, parameter: String? = nil) {
    self.status = status
    self.title = title
    self.detail = detail
    self.parameter = parameter
  }

  func with(_ name: HTTPField.Name, _ value: String) -> Problem {
    var problem = self
    problem.headers.append((name, value))
    return problem
  }

  var json: JSONValue {
    .fields([
      "type": "about:blank", "title": .string(title), "status": .int(status.code), "detail": .string(detail),
      "parameter": parameter.map { .string($0) },
    ])
  }

  var reply: RESTReply {
    var reply = RESTReply(json: json, status: status, type: "application/problem+json")
    for (name, value) in headers { reply.headers[name] = value }
    return reply
  }

  static func badParameter(_ name: String, _ detail: String) -> Problem {
    Problem(.badRequest, "A parameter is not right", "\(name): \(detail)", parameter: name)
  }

  static func nothing(at path: String) -> Problem {
    Problem(
      .notFound, "Nothing is served here",
      "There is no \(ShownText.short(path)). GET /openapi.json lists what there is.")
  }
}

/// Text of a client that is shown to others.
enum ShownText {
  /// Without control characters, and not long.
  static func short(_ text: String) -> String {
    let plain = String(
      text.unicodeScalars.prefix(200).map { $0.properties.generalCategory == .control ? "\u{FFFD}" : Character($0) })
    return plain.unicodeScalars.count < text.unicodeScalars.count ? plain + "…" : plain
  }
}
