// The quoted lines are as long as those of the sources.
// swift-format-ignore-file

extension ChaosBug {
  static let all: [ChaosBug] = [
    ChaosBug(
      name: "sentAgainAfterTimeout", cost: "an order that ran is sent once more: a position twice as large",
      file: "Reconciler/Reconciler+Act.swift",
      text: "    case .unknown(let doubt): doubtOutcome(i, action, doubt, span, now)\n",
      planted: """
            case .unknown(let doubt):
              if PLANTED {
                refuse(
                  i, action,
                  TradeAnswer.Refusal(kind: .notSent, errorCode: 0, httpStatus: 0, message: doubt.message), span, now)
              } else {
                doubtOutcome(i, action, doubt, span, now)
              }

        """),
    ChaosBug(
      name: "postedTwice", cost: "one order, two positions, as libcurl does it on a reused connection",
      file: "Bridge/Engine/EngineLoop.swift",
      text: "      if let trade = session.trade { end(trade, outcome, in: session) }\n    }\n    advance(session)",
      planted: """
              if PLANTED, outcome.end != .complete {
                session.trade?.transfer = nil
              } else if let trade = session.trade {
                end(trade, outcome, in: session)
              }
            }
            advance(session)
        """),
    ChaosBug(
      name: "outcomeNotRecorded", cost: "nobody can tell what became of an order", file: "Reconciler/Reconciler+Act.swift",
      text: "_ done: TradeAnswer.Done, _ span: ReadSpan, _ now: Moment\n  ) {\n",
      planted: """
        _ done: TradeAnswer.Done, _ span: ReadSpan, _ now: Moment
          ) {
            if PLANTED { return agents[i].live = nil }

        """),
    ChaosBug(
      name: "pauseForgottenAtStart", cost: "after a restart a breached agent trades on",
      file: "Reconciler/Record/AgentMemory+Apply.swift",
      text: "    case .paused: pause(record)\n", planted: "    case .paused: if live || !PLANTED { pause(record) }\n"),
    ChaosBug(
      name: "unknownForgottenAtStart", cost: "an order on the wire at a crash is opened again after it",
      file: "Reconciler/Reconciler+Fleet.swift", text: "    recoverUnresolved(i, now)\n",
      planted: "    if PLANTED { agents[i].memory.unresolved = [] } else { recoverUnresolved(i, now) }\n"),
    ChaosBug(
      name: "sentBeforeRecorded", cost: "an order is at the broker, and nothing tells of it",
      file: "Controller/Journal/JournalWriter.swift",
      text: "      for record in work.records { try add(record, isHeard) }\n",
      planted: """
              if PLANTED, let last = work.records.last {
                emit(.durable(last.sequence))
                usleep(300_000)
              }
              for record in work.records { try add(record, isHeard) }

        """),
    ChaosBug(
      name: "lineWithoutItsHash", cost: "an edited record cannot be told from a true one",
      file: "Controller/Journal/LineEncoder.swift",
      text: "    let place = Self.write(record, chain, last, to: &out)\n",
      planted: """
            let before = last
            defer { if PLANTED, record.sequence % 50 == 0 { last = before } }
            let place = Self.write(record, chain, last, to: &out)

        """),
  ]
}
