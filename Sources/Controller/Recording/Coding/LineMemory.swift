import Reconciler

/// What a line goes by: the lines before it. The writer and the reader keep the same one.
struct LineMemory: Sendable {
  /// What the last look of an agent showed, whichever look that was for each part.
  struct Look: Sendable {
    var number = 0
    var positions: [Position] = []
    var account = Account.blank
    var orders: [PendingOrder] = []
    var history: [HistoryRow] = []
    var ticks: [Symbol: Tick] = [:]
  }

  /// Of the line before.
  var moment: Moment
  var looks: [AgentID: Look] = [:]
  var journal = JournalFacts()
  var fleet = Fleet.blank

  init(_ moment: Moment) { self.moment = moment }

  /// What a read of the agent asks for when nothing is said of it.
  func usualRequest(_ agent: AgentID) -> ReadRequest {
    ReadRequest(number: (looks[agent]?.number ?? 0) &+ 1, agent: agent)
  }
}

/// Moments as what they are off another one: short, and exact whatever the clocks did. Differences wrap around, so that
/// there is none that cannot be written.
struct MomentCoding {
  let base: Moment

  private static func lead(_ moment: Moment) -> Int64 { moment.wall.microseconds &- moment.steady.microseconds }

  /// How much later by the steady clock, and how much further ahead the wall clock is.
  func offsets(_ moment: Moment) -> (steady: Int64, lead: Int64) {
    (moment.steady.microseconds &- base.steady.microseconds, Self.lead(moment) &- Self.lead(base))
  }

  func moment(steady: Int64, lead: Int64) -> Moment {
    let time = base.steady.microseconds &+ steady
    return Moment(
      wall: Timestamp(microseconds: time &+ Self.lead(base) &+ lead), steady: Steady(microseconds: time))
  }

  /// Two offsets, or four where the wall clock was not as far ahead as at the base.
  func write(_ span: ReadSpan) -> JSONValue {
    let (began, ended) = (offsets(span.began), offsets(span.ended))
    if began.lead == 0, ended.lead == 0 { return [.int(began.steady), .int(ended.steady)] }
    return [.int(began.steady), .int(ended.steady), .int(began.lead), .int(ended.lead)]
  }

  func read(_ json: JSONValue) throws(RecordingError) -> ReadSpan {
    let numbers = try Coding<Int64>.whole.list().read(json)
    guard numbers.count == 2 || numbers.count == 4 else {
      throw .malformed(path: "", problem: "a span has two or four numbers")
    }
    let leads = numbers.count == 4 ? (numbers[2], numbers[3]) : (0, 0)
    return ReadSpan(
      began: moment(steady: numbers[0], lead: leads.0), ended: moment(steady: numbers[1], lead: leads.1))
  }

  var span: Coding<ReadSpan> {
    Coding(write: { write($0) }, read: { json throws(RecordingError) in try read(json) })
  }
}
