import Reconciler
import Testing

@testable import Bridge

private let classifier = ReplyClassifier(cleaner: TextCleaner(hiding: []))

private func answer(
  _ body: String, status: Int? = 200, end: TransferOutcome.End = .complete, mayHaveLeft: Bool = true,
  retryAfter: Duration? = nil, to order: TradeRequest.Order = Orders.buy
) -> TradeAnswer {
  classifier.classify(
    TransferOutcome(
      end: end, status: status, body: Array(body.utf8), retryAfter: retryAfter, mayHaveLeft: mayHaveLeft), of: order)
}

/// `done`, `refused KIND` or `unknown CAUSE`.
private func short(_ answer: TradeAnswer) -> String {
  switch answer {
  case .done: "done"
  case .refused(let refusal): "refused \(refusal.kind.rawValue)"
  case .unknown(let doubt): "unknown \(doubt.cause)"
  }
}

struct ReplyClassifierTests {
  @Test(arguments: [
    (RefusalKind.busy, [146]), (.requote, [135, 138, 129]), (.notExecuted, [144, 10004, 10006, 10018, 10019]),
    (.backOff, [136, 137, 4, 6]), (.tooManyRequests, [8, 141]), (.marketClosed, [132]), (.tradingDisabled, [133]),
    (.tooClose, [145]), (.forCause, [130, 131, 134, 140, 147, 148, 149, 150, 4106, 4110, 4111]),
    (.badParameters, [3, 4051, 4107, 4108]), (.notAllowed, [5, 7, 64, 65, 4109]),
  ])
  func `a code that says it did not run, for every order`(kind: RefusalKind, codes: [Int]) {
    for code in codes {
      for order in [Orders.buy, Orders.close, Orders.modify] {
        let body = #"{"success":false,"ticket":0,"message":"no","error_code":\#(code)}"#
        #expect(
          answer(body, to: order) == .refused(TradeAnswer.Refusal(kind: kind, errorCode: code, message: "no")),
          "\(code)")
      }
    }
  }

  @Test(arguments: [2, 128, 139, 142, 143, 10012, 9, 133_000, -1, 10007, 4060])
  func `a code that says nothing is unknown, for every order`(code: Int) {
    for order in [Orders.buy, Orders.close, Orders.modify] {
      for success in ["true", "false"] {
        let body = #"{"success":\#(success),"ticket":5,"error_code":\#(code)}"#
        #expect(short(answer(body, to: order)) == "unknown code_\(code)")
      }
    }
  }

  @Test func `1 is done for a modify and unknown for the rest`() {
    for body in [#"{"success":false,"error_code":1}"#, #"{"error":1}"#, #"{"success":true,"error_code":1,"ticket":5}"#]
    {
      #expect(short(answer(body, to: Orders.modify)) == "done")
      #expect(short(answer(body, to: Orders.buy)) == "unknown code_1")
      #expect(short(answer(body, to: Orders.close)) == "unknown code_1")
    }
  }

  @Test(arguments: [
    #"{"success":true,"ticket":5}"#, #"{"success":"true","ticket":"5"}"#, #"{"success":1,"order":5}"#,
    #"{"success":true,"order_id":5}"#, #"{"error_code":0,"ticket":5}"#, #"{"error":0,"ticket":5}"#,
    #"{"error":"0","ticket":5}"#, #"{"error":false,"ticket":5}"#, #"{"retcode":10009,"order":5}"#,
    #"{"retcode":10008,"order":5}"#, #"{"numericCode":10010,"order":5}"#, #"{"code":"10009","order":5}"#,
    #"{"code":10025,"ticket":5}"#, #"{"success":true,"result":{"ticket":5}}"#,
    #"{"result":{"success":true,"ticket":5}}"#,
    #"{"data":{"retcode":10009,"order":5},"success":true}"#, #"{"success":true,"error":"no error","ticket":5}"#,
    #"{"success":true,"error":"","ticket":5}"#, #"{"success":true,"error":null,"ticket":5,"retcode":"DONE"}"#,
    #"{"success":true,"ticket":-1,"result":{"order":5}}"#,
  ])
  func `done, with its ticket`(body: String) {
    guard case .done(let done) = answer(body) else { Issue.record("\(answer(body))"); return }
    #expect(done.ticket == Ticket(5))
  }

  @Test(arguments: [
    #"{"success":true}"#, #"{"success":true,"ticket":0}"#, #"{"success":true,"ticket":-1}"#,
    #"{"success":true,"ticket":null}"#, #"{"error_code":0}"#, #"{"retcode":10009,"order":"abc"}"#,
    #"{"success":true,"result":{}}"#,
  ])
  func `success without a ticket is unknown for an open only`(body: String) {
    #expect(short(answer(body)) == "unknown no_ticket")
    #expect(short(answer(body, to: Orders.close)) == "done")
    #expect(short(answer(body, to: Orders.modify)) == "done")
  }

  @Test(arguments: [
    (#"{"success":true,"ticket":5,"result":{"success":false,"error_code":130}}"#, "refused for_cause"),
    (#"{"success":true,"ticket":5,"data":{"success":false}}"#, "unknown code_missing"),
    (#"{"success":false,"result":{"success":true,"ticket":5}}"#, "unknown code_missing"),
    (#"{"success":true,"error_code":0,"result":{"retcode":10004,"success":false}}"#, "refused not_executed"),
    (#"{"success":true,"ticket":5,"result":[{"success":false,"error_code":132}]}"#, "refused market_closed"),
    (#"{"success":false,"error_code":130,"result":{"error_code":128}}"#, "unknown code_128"),
    (#"{"success":true,"ticket":5,"error_code":130}"#, "unknown contradictory_reply"),
    (#"{"success":true,"ticket":5,"error":"invalid stops"}"#, "unknown code_missing"),
    (#"{"success":true,"ticket":5,"error_code":"ERR_INVALID_STOPS"}"#, "unknown code_missing"),
    (#"{"success":false,"error_code":0}"#, "unknown code_missing"), (#"{"success":false}"#, "unknown code_missing"),
    (#"{"error":true}"#, "unknown code_missing"), (#"{"error":"boom"}"#, "unknown code_missing"),
    (#"{"error":"boom","code":146}"#, "refused busy"), (#"{"error":{"code":146,"message":"boom"}}"#, "refused busy"),
    (#"{"error":"136"}"#, "refused back_off"), (#"{"error":true,"retcode":10019}"#, "refused not_executed"),
    (#"{"description":"x","retcode":10018}"#, "refused not_executed"),
    (#"{"code":200,"success":true,"ticket":5}"#, "unknown code_200"),
  ])
  func `an answer that disagrees with itself`(body: String, expected: String) {
    #expect(short(answer(body)) == expected)
  }

  @Test(arguments: [
    "", "null", "[]", "true", "{", "<html>", "{}", #"{"ticket":5}"#, #"{"success":"maybe","ticket":5}"#,
    #"{"success":true,"success":true,"ticket":5}"#, #"{"message":"done"}"#, #"[{"success":true,"ticket":5}]"#,
    #"{"retcode":"DONE"}"#,
  ])
  func `an unreadable answer is unknown`(body: String) { #expect(short(answer(body)) == "unknown unreadable_reply") }

  @Test func `the words of each alias`() {
    for name in ["message", "description", "error_message", "error"] {
      guard case .refused(let refusal) = answer(#"{"success":false,"code":130,"\#(name)":"why\n"}"#) else {
        Issue.record("\(name) was not refused")
        continue
      }
      #expect(refusal.message == "why ")
    }
  }

  @Test func `what a done answer carries`() {
    let body =
      #"{"success":true,"ticket":5,"message":"m","error_code":0,"price":"1.5","lots":0.1,"new_ticket":6}"#
    let done = TradeAnswer.Done(
      ticket: Ticket(5), price: decimal("1.5"), lots: decimal("0.1"), newTicket: Ticket(6), message: "m")
    #expect(answer(body, to: Orders.close) == .done(done))
  }

  @Test(arguments: [
    (400, "refused bad_parameters"), (401, "refused unauthorized"), (403, "refused unauthorized"),
    (404, "refused for_cause"), (405, "refused for_cause"), (409, "refused for_cause"), (422, "refused for_cause"),
    (429, "refused too_many_requests"), (503, "refused busy"), (408, "unknown http_408"), (500, "unknown http_500"),
    (502, "unknown http_502"), (504, "unknown http_504"), (201, "unknown http_201"), (204, "unknown http_204"),
    (302, "unknown http_302"), (307, "unknown http_307"),
  ])
  func `the status comes first, whatever the body says`(status: Int, expected: String) {
    for body in [#"{"success":true,"ticket":5}"#, #"{"success":false,"error_code":130}"#, "", "<html>"] {
      for end in [TransferOutcome.End.complete, .cutOff, .tooLarge, .timeout] {
        #expect(short(answer(body, status: status, end: end)) == expected)
      }
    }
  }

  @Test func `a refusal by status carries status, words and Retry-After`() {
    let expected = TradeAnswer.Refusal(
      kind: .tooManyRequests, errorCode: 0, httpStatus: 429, message: "status 429: slow down", retryAfter: .seconds(3))
    #expect(answer(#"{"message":"slow down"}"#, status: 429, retryAfter: .seconds(3)) == .refused(expected))
  }

  @Test(arguments: [
    (TransferOutcome.End.timeout, "unknown timeout"), (.cutOff, "unknown connection_lost"),
    (.tls, "unknown connection_lost"), (.unreachable, "unknown connection_lost"),
    (.tooLarge, "unknown unreadable_reply"),
    (.notHTTP, "unknown unreadable_reply"), (.cancelled, "unknown cancelled"),
  ])
  func `once a byte may have left, any bad end is unknown; before that it was not sent`(
    end: TransferOutcome.End, expected: String
  ) {
    #expect(short(answer(Samples.done, status: nil, end: end)) == expected)
    #expect(short(answer(Samples.done, end: end)) == expected)
    #expect(short(answer("", status: nil, end: end, mayHaveLeft: false)) == "refused not_sent")
  }
}
