@testable import Reconciler

@testable import PaperTerminal

/// A POST on its way.
struct Post {
  enum Fate: Hashable {
    case normal
    /// It never arrives; the connection was not made, or nobody answers.
    case lost, notSent
    case executedReplyLost
    case late(Duration)
    /// 128 or 504: executed or not, or later.
    case ambiguous(cause: String, executes: Bool, later: Duration?)
    case refused(RefusalKind)
    case slow
    case withoutTicket
    /// Fewer lots than asked for.
    case partial
    /// A person closes the position while the request is on its way.
    case raced
    /// Done, says error 1.
    case noResult
    /// Fewer lots than asked for, and the answer is lost.
    case partialReplyLost
    /// Busy, and what is declared changes in the same moment.
    case declaredMeanwhile
  }

  var terminal: Int
  var request: TradeRequest
  var actionID: String
  var attempt: Int
  var process: Int
  var sentAt: Int64
  var fate: Fate
  /// Which account it goes to.
  var account: Int64 = 0
  var arrived = false
  var answer: TradeAnswer?
}

extension Simulation {
  mutating func perform(_ request: TradeRequest, _ actionID: String, _ attempt: Int) {
    guard let k = places[request.agent] else { return checker.fail("S13", "a POST for nobody: \(request)") }
    checker.performed(request, actionID, attempt, in: journal.facts)
    let line = Lines.request(request)
    trace.mix(clock)
    trace.mix(line)
    trace.mixWire("\(clock) \(line)")
    trace.note(clock, "POST \(String(actionID.prefix(6))).\(attempt) \(line)")
    send(
      Post(
        terminal: k, request: request, actionID: actionID, attempt: attempt, process: process, sentAt: clock,
        fate: drawFate(request)))
    if happens(.killedWithPostReaching) || happens(.killedWithPostLost) { killNow = true }
    if bug == .twoPosts, wire.hits(perMille: 200) {
      send(
        Post(
          terminal: k, request: request, actionID: actionID, attempt: attempt, process: 0, sentAt: clock, fate: .normal)
      )
    }
  }

  private mutating func send(_ post: Post) {
    var post = post
    post.account = terminals[post.terminal].habits.account.number
    let id = nextPost
    nextPost += 1
    posts[id] = post
    agenda.add(.arrive(post: id), at: clock + wire.milliseconds(2, 300).inMicroseconds, process: nil)
  }

  private mutating func drawFate(_ request: TradeRequest) -> Post.Fate {
    if quiet { return .normal }
    if request.order.ticket != nil, happens(.declaredMeanwhile) { return .declaredMeanwhile }
    if request.order.ticket == nil, happens(.partialReplyLost) { return .partialReplyLost }
    if request.order.ticket == nil, let k = places[request.agent], terminals[k].habits.rewritesComments,
      happens(.clockOffInDoubt)
    {
      terminals[k].clockOff = .seconds(-600)
      terminals[k].clockOffUntil = later(1200)
      trace.note(clock, "world: \(request.agent)'s terminal runs the order, and its clock is off")
      return fate(.clockOffInDoubt, .executedReplyLost)
    }
    if happens(.requestLost) { return fate(.requestLost, wire.coin() ? .lost : .notSent) }
    if happens(.executedReplyLost) { return fate(.executedReplyLost, .executedReplyLost) }
    if happens(.executedLate) { return fate(.executedLate, .late(wire.seconds(1, 50))) }
    if happens(.executedAfterQuarantine) { return fate(.executedAfterQuarantine, .late(wire.seconds(60, 900))) }
    if happens(.code142) {
      let later = wire.coin() ? wire.seconds(1, 300) : nil
      return fate(.code142, .ambiguous(cause: "code_142", executes: later == nil, later: later))
    }
    if happens(.partialFill) { return .partial }
    if happens(.racedByHand) { return .raced }
    if happens(.noResult) { return .noResult }
    if happens(.code128) { return fate(.code128, ambiguous("code_128")) }
    if happens(.http504) { return fate(.http504, ambiguous("http_504")) }
    if happens(.refusal) {
      let kind = wire.pick(RefusalKind.allCases)
      counts.fired(kind)
      return .refused(kind)
    }
    if happens(.slowReply) { return fate(.slowReply, .slow) }
    if happens(.successWithoutTicket) { return fate(.successWithoutTicket, .withoutTicket) }
    return .normal
  }

  private mutating func fate(_ fault: Fault, _ fate: Post.Fate) -> Post.Fate {
    counts.fired(fault)
    return fate
  }

  private mutating func ambiguous(_ cause: String) -> Post.Fate {
    let executes = wire.coin()
    return .ambiguous(cause: cause, executes: executes, later: !executes && wire.coin() ? wire.seconds(1, 120) : nil)
  }

  // MARK: At the terminal

  mutating func arrive(_ id: Int) {
    guard var post = posts[id] else { return }
    post.arrived = true
    let timeout = post.sentAt + 10_000_000
    var answerAt = clock + wire.milliseconds(2, 400).inMicroseconds
    switch post.fate {
    case _ where terminals[post.terminal].downUntil > clock:
      post.answer = wire.coin() ? Self.notSent : lost("connection_lost")
    case _ where terminals[post.terminal].unauthorizedUntil > clock: post.answer = refused(.unauthorized)
    case _ where terminals[post.terminal].wrongAccountUntil > clock: post.answer = refused(.notAllowed)
    case .normal: post.answer = execute(post)
    case .slow:
      post.answer = execute(post)
      answerAt = post.sentAt + wire.milliseconds(1000, 9900).inMicroseconds
    case .withoutTicket:
      let answer = execute(post)
      post.answer = answer
      if case .done = answer, case .open = post.request.order { post.answer = lost("unreadable_reply") }
    case .partial: post.answer = execute(post, fillingHalf: true)
    case .raced:
      if let ticket = post.request.order.ticket {
        counts.fired(.racedByHand)
        let now = world
        _ = onTerminal(of: post) { $0.byHand(.close(ticket: ticket, lots: nil), at: now) }
      }
      post.answer = execute(post)
    case .partialReplyLost:
      if case .done = execute(post, fillingHalf: true) { counts.fired(.partialReplyLost) }
      post.answer = lost("connection_lost")
    case .declaredMeanwhile:
      post.answer = refused(.busy)
      declareMeanwhile(post.terminal)
    case .noResult:
      post.answer = execute(post)
      if case .done = post.answer {
        counts.fired(.noResult)
        if case .modify(let ticket, _, _) = post.request.order {
          post.answer = .done(TradeAnswer.Done(ticket: ticket, errorCode: 1, message: "no result"))
        } else {
          post.answer = lost("code_1")
        }
      }
    case .notSent: post.answer = Self.notSent
    case .refused(let kind): post.answer = refused(kind)
    case .lost:
      post.answer = lost("timeout")
      answerAt = timeout
    case .executedReplyLost:
      _ = execute(post)
      post.answer = lost("connection_lost")
      if wire.coin() { answerAt = timeout }
    case .late(let delay):
      putOff(post, delay)
      post.answer = lost("timeout")
      answerAt = timeout
    case .ambiguous(let cause, let executes, let later):
      if executes { _ = execute(post) }
      if let later { putOff(post, later) }
      post.answer = lost(cause)
    }
    posts[id] = post
    agenda.add(.reply(post: id), at: max(answerAt, clock), process: nil)
  }

  private mutating func putOff(_ post: Post, _ delay: Duration) {
    let at = clock + delay.inMicroseconds
    onTerminal(of: post) { $0.late.append((post.request, at)) }
    agenda.add(.late(terminal: post.terminal), at: at, process: nil)
  }

  mutating func executeLate(_ k: Int) {
    for isAway in [false, true] {
      guard var terminal = isAway ? standby[k] : terminals[k] else { continue }
      let due = terminal.late.filter { $0.at <= clock }
      if due.isEmpty { continue }
      terminal.late.removeAll { $0.at <= clock }
      for item in due {
        let reply = terminal.execute(item.request, at: world)
        trace.note(clock, "\(terminal.id) executes late: \(Lines.request(item.request)) -> \(reply.code)")
      }
      if isAway { standby[k] = terminal } else { terminals[k] = terminal }
    }
  }

  /// What it was sent to, also after its agent was moved to another account.
  private mutating func onTerminal<Result>(of post: Post, _ body: (inout VirtualTerminal) -> Result) -> Result {
    if terminals[post.terminal].habits.account.number != post.account, var other = standby[post.terminal] {
      defer { standby[post.terminal] = other }
      return body(&other)
    }
    return body(&terminals[post.terminal])
  }

  private mutating func execute(_ post: Post, fillingHalf: Bool = false) -> TradeAnswer {
    var request = post.request
    if fillingHalf, case .open(let symbol, let side, let lots, let stop, let goal, let slippage) = request.order,
      lots > d("0.01")
    {
      counts.fired(.partialFill)
      request.order = .open(
        symbol: symbol, side: side, lots: d("0.01"), stopLoss: stop, takeProfit: goal, slippagePoints: slippage)
    }
    let now = world
    let reply = onTerminal(of: post) { $0.execute(request, at: now) }
    if reply.code == .marketClosed { counts.fired(Fault.marketClosed) }
    trace.note(
      clock,
      "\(post.request.agent) executes \(Lines.request(post.request)) -> \(reply.code) "
        + "\(reply.ticket.map { "#\($0)" } ?? "") \(reply.newTicket.map { "rest #\($0)" } ?? "")")
    return onTerminal(of: post) { $0.answer(reply, to: post.request) }
  }

  // MARK: Back again

  mutating func reply(_ id: Int) {
    guard let post = posts.removeValue(forKey: id), var answer = post.answer, post.process == process, running
    else { return }
    if frozenUntil > clock {
      posts[id] = post
      return agenda.add(.reply(post: id), at: frozenUntil, process: nil)
    }
    if case .unknown = answer {
      if bug == .timeoutIsRefusal { answer = Self.notSent }
      if bug == .resendOnUnknown {
        send(
          Post(
            terminal: post.terminal, request: post.request, actionID: post.actionID, attempt: post.attempt, process: 0,
            sentAt: clock, fate: .normal))
      }
    }
    trace.note(clock, "answer \(String(post.actionID.prefix(6))).\(post.attempt): \(Lines.answer(answer))")
    checker.answered(post, answer, clock)
    receive(
      .actionEnded(
        agent: post.request.agent, actionID: post.actionID, attempt: post.attempt, answer: answer,
        span: ReadSpan(began: moment(at: post.sentAt), ended: now)))
  }

  private static let notSent = TradeAnswer.refused(
    TradeAnswer.Refusal(kind: .notSent, errorCode: 0, httpStatus: 0, message: "no connection"))

  private func lost(_ cause: String) -> TradeAnswer {
    .unknown(TradeAnswer.Doubt(cause: cause, message: "no usable answer"))
  }

  func refused(_ kind: RefusalKind) -> TradeAnswer {
    .refused(
      TradeAnswer.Refusal(
        kind: kind, errorCode: Self.codes[kind] ?? 0, message: kind.rawValue,
        retryAfter: kind == .tooManyRequests ? .seconds(7) : nil))
  }

  private static let codes: [RefusalKind: Int] = [
    .busy: 146, .requote: 138, .notExecuted: 144, .backOff: 136, .tooManyRequests: 8, .marketClosed: 132,
    .tradingDisabled: 133, .tooClose: 145, .forCause: 130, .badParameters: 3, .notAllowed: 64,
  ]
}

extension TradeRequest.Order {
  /// Of the position or order that it is about; `nil` for an open.
  var ticket: Ticket? {
    switch self {
    case .open: nil
    case .close(let ticket, _), .modify(let ticket, _, _): ticket
    }
  }
}
