import CDispatch
import Foundation
public import Reconciler

/// Asks a running controller. Each call blocks, with a deadline; not for the cooperative pool.
public struct ControllerClient: Sendable {
  public let server: ServerURL
  private let token: String?

  /// - Parameter token: a bearer token; never shown.
  /// - Throws: `.invalid` for a token that would go over a network unencrypted.
  public init(server: ServerURL, token: String?) throws(ClientError) {
    guard token == nil || server.isPrivate else {
      throw ClientError(.invalid, "--server \(server): a token is sent by https only, or to this host")
    }
    if let token, token.isEmpty || !token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
      throw ClientError(.invalid, "the token file holds no token: one line of visible ASCII is wanted")
    }
    self.server = server
    self.token = token
  }

  /// One document. `path` begins with `/`; its names are escaped already (`ControllerClient.escaped`). Whoever asks for
  /// too much at a time is slowed down instead of refused.
  public func get(_ path: String) throws(ClientError) -> JSONValue {
    for _ in 0..<40 {
      do throws(ClientError) {
        return try getOnce(path)
      } catch {
        guard error.kind == .throttled else { throw error }
        Blocking.pause(.milliseconds(250))
      }
    }
    return try getOnce(path)
  }

  private func getOnce(_ path: String) throws(ClientError) -> JSONValue {
    var body: [UInt8] = []
    let transfer = try transfer(path, accept: "application/json")
    try judge(
      transfer.run(HTTPTransfer.Limits(idle: .seconds(20))) { bytes in
        body += bytes
        return true
      })
    let status = transfer.status
    guard (200..<300).contains(status) else { throw refusal(status, body, path) }
    do throws(JSONError) {
      return try JSONParser.parse(body)
    } catch {
      throw ClientError(.foreign, "\(server)\(path) does not answer with JSON; is this a controller?")
    }
  }

  /// Follows the records until `onEvent` says that it is enough, or nothing has come for `idle`.
  ///
  /// - Returns: whether the server has ended it, or it broke off; then it may be begun again after the last id.
  @discardableResult
  public func events(
    _ path: String, after lastID: String?, idle: Duration, _ onEvent: (ServerEvent) -> Bool
  ) throws(ClientError) -> Bool {
    var parser = EventStreamParser()
    var problem: [UInt8] = []
    let more = lastID.map { ["Last-Event-ID: \($0)"] } ?? []
    let transfer = try transfer(path, accept: "text/event-stream", more)
    let end = transfer.run(HTTPTransfer.Limits(total: nil, idle: idle)) { bytes in
      guard transfer.status == 200 else {
        problem += bytes.prefix(1 << 16)
        return problem.count < 1 << 16
      }
      for event in parser.push(bytes) where !onEvent(event) { return false }
      return !parser.isTooLarge
    }
    let status = transfer.status
    if status != 0, status != 200 { throw refusal(status, problem, path) }
    switch end {
    case .stopped: return false
    case .finished: return true
    case .timedOut:
      if status == 0 { throw unreachable("it did not answer in time") }
      return true
    case .failed(let why):
      if status == 0 { throw unreachable(why) }
      return true
    }
  }

  /// A name as a part of a path.
  public static func escaped(_ name: String) -> String {
    name.addingPercentEncoding(
      withAllowedCharacters: CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."))
      ?? ""
  }

  private func transfer(_ path: String, accept: String, _ more: [String] = []) throws(ClientError) -> HTTPTransfer {
    var headers = ["Accept: \(accept)"] + more
    if let token { headers.append("Authorization: Bearer \(token)") }
    return try HTTPTransfer(url: server.description + path, headers: headers)
  }

  private func judge(_ end: HTTPTransfer.End) throws(ClientError) {
    switch end {
    case .finished, .stopped: break
    case .timedOut: throw unreachable("it did not answer in time")
    case .failed(let why): throw unreachable(why)
    }
  }

  private func unreachable(_ why: String) -> ClientError {
    ClientError(
      .unreachable,
      "no controller answers at \(server): \(why.prefix(1).lowercased() + why.dropFirst()); is it running "
        + "(`systemctl status mt4-controller`)? Say another address with --server or MT4_SERVER")
  }

  private func refusal(_ status: Int, _ body: [UInt8], _ path: String) -> ClientError {
    let json = try? JSONParser.parse(body)
    let detail = (json?["detail"]?.string ?? json?["title"]?.string).map { ": \($0)" } ?? ""
    switch status {
    case 401:
      let why =
        token == nil ? "it wants a token: give --token-file FILE or MT4_TOKEN_FILE" : "it does not accept this token"
      return ClientError(.denied, "\(server) says 401\(detail); \(why)")
    case 403:
      return ClientError(
        .denied,
        "\(server) says 403\(detail); this token's role may not read \(path) (actions, trades and revisions want "
          + "`auditor`)")
    case 404: return ClientError(.notFound, json?["detail"]?.string ?? "\(server) knows no \(path)")
    case 400: return ClientError(.invalid, json?["detail"]?.string ?? "\(server) says 400 to \(path)")
    case 429: return ClientError(.throttled, "\(server) says 429: too many requests; try again in a moment")
    case _: return ClientError(.unreachable, "\(server) says \(status) to \(path)\(detail)")
    }
  }
}

extension ControllerClient {
  /// The token of a file: its text without the white space around it.
  public static func token(fromFile path: String) throws(ClientError) -> String {
    do throws(FileReadError) {
      let text = String(decoding: try FileReader.read(path, limit: 1 << 16), as: UTF8.self)
      return text.trimmingCharacters(in: .whitespacesAndNewlines)
    } catch {
      throw ClientError(.invalid, "--token-file \(path): \(error.words)")
    }
  }
}
