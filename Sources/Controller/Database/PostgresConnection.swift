import CLibPQ
import Foundation

/// How long things may take, and how the session is named.
struct PostgresOptions: Sendable {
  /// Until the session is ready. Name look-up is libpq's and has the resolver's own limits.
  var connectSeconds = 5
  /// Until a query is answered.
  var querySeconds = 5
  /// After which the server itself gives a statement up; later than ours, which ends the session.
  var statementSeconds = 30
  var applicationName = "mt4-controller"
}

/// One session with a server. It belongs to the thread that made it and is freed with its last reference.
///
/// States: connected, then broken after any failure of the wire or a deadline; a broken one is thrown away.
@safe final class PostgresConnection {
  private let handle: OpaquePointer
  private let options: PostgresOptions
  /// An earlier limit for every wait, asked for anew at each turn: a stop with its own deadline.
  private let limit: () -> ContinuousClock.Instant?
  /// Done wherever the server is waited for, in short pieces, until it says that nothing is left to do.
  var meanwhile: (() -> Bool)?
  private(set) var isBroken = false

  /// Connects and sets up the session.
  init(
    _ target: DatabaseTarget, options: PostgresOptions = PostgresOptions(),
    limit: @escaping () -> ContinuousClock.Instant? = { nil }
  ) throws(DatabaseError) {
    unsafe handle = try Self.begin(target, options)
    self.options = options
    self.limit = limit
    try finishConnecting(target)
    try unsafe check(PQsetnonblocking(handle, 1) == 0)
    _ = try query(
      """
      SELECT set_config('synchronous_commit', 'on', false), set_config('statement_timeout', $1, false),
        set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),
        set_config('tcp_keepalives_count', '3', false), set_config('timezone', 'UTC', false),
        set_config('idle_in_transaction_session_timeout', '60000', false), set_config('search_path', 'pg_catalog', false)
      """, [String(options.statementSeconds * 1000)])
  }

  deinit { unsafe PQfinish(handle) }

  /// The server's process for this session.
  var serverProcess: Int32 { unsafe PQbackendPID(handle) }

  // MARK: Connecting

  private static func begin(_ target: DatabaseTarget, _ options: PostgresOptions) throws(DatabaseError) -> OpaquePointer
  {
    // What comes before `dbname` may be set otherwise by the connection string; what comes after may not.
    var pairs = [
      ("keepalives", "1"), ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
      ("tcp_user_timeout", "15000"), ("dbname", target.connectionString), ("client_encoding", "UTF8"),
      ("application_name", options.applicationName),
    ]
    if let password = target.password { pairs.append(("password", password)) }
    let started = unsafe withCStrings(pairs.map(\.0)) { keys in
      unsafe withCStrings(pairs.map(\.1)) { values in unsafe PQconnectStartParams(keys, values, 1) }
    }
    guard let handle = unsafe started else { throw DatabaseError(.full, "no memory for a database connection") }
    _ = unsafe PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
    // What the server remarks without being asked is not for our stderr.
    _ = unsafe PQsetNoticeProcessor(handle, { _, _ in }, nil)
    return unsafe handle
  }

  private func finishConnecting(_ target: DatabaseTarget) throws(DatabaseError) {
    guard unsafe PQstatus(handle) != CONNECTION_BAD else { throw connectError(target) }
    let deadline = ContinuousClock.now + .seconds(options.connectSeconds)
    var wanted = PGRES_POLLING_WRITING
    while wanted != PGRES_POLLING_OK {
      do {
        try wait(for: wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT, until: deadline)
      } catch {
        throw DatabaseError(error.kind, "\(target) did not answer within \(options.connectSeconds) s")
      }
      wanted = unsafe PQconnectPoll(handle)
      if wanted == PGRES_POLLING_FAILED { throw connectError(target) }
    }
    _ = unsafe PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
  }

  /// libpq gives no SQLSTATE of a refused session but in its verbose text: `FATAL:  28P01: password …`.
  private func connectError(_ target: DatabaseTarget) -> DatabaseError {
    isBroken = true
    let lines = (unsafe String(cString: PQerrorMessage(handle))).split(separator: "\n")
    let line = lines.first { $0.contains("FATAL:") || $0.contains("ERROR:") } ?? lines.first ?? "no reason given"
    guard let found = line.firstMatch(of: /(?:FATAL|ERROR):\s+([0-9A-Z]{5}): (.*)/) else {
      return DatabaseError(.unreachable, "\(target) cannot be reached: \(line)")
    }
    let error = DatabaseError(sqlstate: String(found.1), message: String(found.2))
    return DatabaseError(error.kind, code: error.code, "\(target) refused the session: \(error.message)")
  }

  // MARK: Queries

  /// Runs one statement with its parameters and gives its rows.
  func query(_ sql: StaticString, _ parameters: [String?] = [], seconds: Int? = nil) throws(DatabaseError)
    -> PostgresRows
  {
    try send(sql, parameters)
    let deadline = ContinuousClock.now + .seconds(seconds ?? options.querySeconds)
    return try collect(until: deadline)
  }

  /// Runs constant statements, separated by semicolons, in one transaction unless they say otherwise.
  func run(script: StaticString, seconds: Int? = nil) throws(DatabaseError) {
    try unsafe check(PQsendQuery(handle, script.cString) == 1)
    _ = try collect(until: ContinuousClock.now + .seconds(seconds ?? options.querySeconds))
  }

  /// Runs statements in pipeline mode with one sync at the end: they take effect together or not at all.
  func pipeline(_ statements: [PostgresStatement], extraSeconds: Int = 0) throws(DatabaseError) -> [PostgresRows] {
    let deadline = ContinuousClock.now + .seconds(options.querySeconds + extraSeconds)
    try unsafe check(PQenterPipelineMode(handle) == 1)
    for statement in statements { try send(statement.sql, statement.parameters) }
    try unsafe check(PQpipelineSync(handle) == 1)
    var rows: [PostgresRows] = []
    var failure: DatabaseError?
    for _ in statements {
      do throws(DatabaseError) {
        rows.append(try collect(until: deadline))
      } catch {
        guard !isBroken else { throw error }
        failure = failure ?? error
      }
    }
    // The sync itself commits, and can fail where no statement did: a full disk, a shutdown.
    do throws(DatabaseError) {
      _ = try collect(until: deadline, sync: true)
    } catch {
      isBroken = true
      throw failure ?? error
    }
    try unsafe check(PQexitPipelineMode(handle) == 1)
    if let failure { throw failure }
    return rows
  }

  /// Gives `rows`, text as COPY reads it, to a `COPY … FROM STDIN`. Not within a pipeline.
  func copy(_ sql: StaticString, rows: [UInt8], seconds: Int? = nil) throws(DatabaseError) {
    try unsafe check(PQsendQuery(handle, sql.cString) == 1)
    let deadline = ContinuousClock.now + .seconds(seconds ?? options.querySeconds)
    guard let first = try unsafe nextResult(until: deadline) else { throw lost() }
    let isReady = unsafe PQresultStatus(first) == PGRES_COPY_IN
    let refusal = unsafe isReady ? nil : Self.error(of: first)
    unsafe PQclear(first)
    if let refusal {
      _ = try collect(until: deadline)
      throw refusal
    }
    var done = 0
    while done < rows.count {
      let part = min(rows.count - done, 64 << 10)
      try put(until: deadline) {
        unsafe rows.withUnsafeBytes { bytes in
          unsafe PQputCopyData(
            handle, bytes.baseAddress.map { unsafe ($0 + done).assumingMemoryBound(to: CChar.self) }, Int32(part))
        }
      }
      done += part
      // libpq would take any number of bytes, and move them all at each turn.
      try flush(until: deadline)
    }
    try put(until: deadline) { unsafe PQputCopyEnd(handle, nil) }
    _ = try collect(until: deadline)
  }

  /// Repeats what libpq has no room for yet.
  private func put(until deadline: ContinuousClock.Instant, _ body: () -> Int32) throws(DatabaseError) {
    while true {
      let taken = body()
      guard taken == 0 else { return try check(taken == 1) }
      try flush(until: deadline)
    }
  }

  /// Waits until the system has all that libpq was given.
  private func flush(until deadline: ContinuousClock.Instant) throws(DatabaseError) {
    while true {
      let unsent = unsafe PQflush(handle)
      guard unsent >= 0 else { throw lost() }
      if unsent == 0 { return }
      try wait(for: POLLIN | POLLOUT, until: deadline)
      guard unsafe PQconsumeInput(handle) == 1 else { throw lost() }
    }
  }

  private func send(_ sql: StaticString, _ parameters: [String?]) throws(DatabaseError) {
    let count = Int32(parameters.count)
    let sent = unsafe withCStrings(parameters) { values in
      unsafe PQsendQueryParams(handle, sql.cString, count, nil, values, nil, nil, 0)
    }
    try check(sent == 1)
  }

  /// The results of one statement, up to its end; of a sync, the sync.
  private func collect(until deadline: ContinuousClock.Instant, sync: Bool = false) throws(DatabaseError)
    -> PostgresRows
  {
    var rows = PostgresRows()
    var failure: DatabaseError?
    while let result = try unsafe nextResult(until: deadline) {
      defer { unsafe PQclear(result) }
      let status = unsafe PQresultStatus(result)
      switch status {
      case PGRES_PIPELINE_SYNC:
        if let failure { throw failure }
        return rows
      case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: unsafe rows = PostgresRows(result)
      case PGRES_PIPELINE_ABORTED:
        failure = failure ?? DatabaseError(.other, "not run: an earlier statement of the batch failed")
      default: failure = unsafe failure ?? Self.error(of: result)
      }
    }
    if unsafe PQstatus(handle) == CONNECTION_BAD { isBroken = true }
    if let failure { throw failure }
    if sync { throw lost() }
    return rows
  }

  private func nextResult(until deadline: ContinuousClock.Instant) throws(DatabaseError) -> OpaquePointer? {
    while true {
      let unsent = unsafe PQflush(handle)
      guard unsent >= 0 else { throw lost() }
      if unsent == 0, unsafe PQisBusy(handle) == 0 { return unsafe PQgetResult(handle) }
      do {
        try wait(for: unsent == 1 ? POLLIN | POLLOUT : POLLIN, until: deadline)
      } catch {
        cancel()
        throw error
      }
      guard unsafe PQconsumeInput(handle) == 1 else { throw lost() }
    }
  }

  private static func error(of result: OpaquePointer) -> DatabaseError {
    let code = unsafe mt4_pq_sqlstate(result).map { unsafe String(cString: $0) }
    let primary = unsafe mt4_pq_message_primary(result).map { unsafe String(cString: $0) }
    let whole = unsafe String(cString: PQresultErrorMessage(result)).split(separator: "\n").first.map { String($0) }
    return DatabaseError(sqlstate: code, message: primary ?? whole ?? "the server gave no reason")
  }

  // MARK: Waiting

  /// Waits in slices, so that an earlier limit that comes up meanwhile is seen.
  private func wait(for events: some FixedWidthInteger, until deadline: ContinuousClock.Instant) throws(DatabaseError) {
    var hasWorked = false
    while true {
      let end = limit().map { min($0, deadline) } ?? deadline
      let left = (end - ContinuousClock.now).inWholeMilliseconds
      // What came while something else was done came in time.
      guard left > 0 || hasWorked else { throw late() }
      var entry = unsafe pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0)
      let count = unsafe poll(&entry, 1, meanwhile == nil ? Int32(max(0, min(left, 100))) : 0)
      if count > 0 { return }
      if count < 0, errno != EINTR { throw lost() }
      guard left > 0 else { throw late() }
      if let work = meanwhile {
        hasWorked = true
        if !work() { meanwhile = nil }
      }
    }
  }

  private func late() -> DatabaseError {
    isBroken = true
    return DatabaseError(.timeout, "the database did not answer in time")
  }

  /// Asks the server to give up the running statement, only where the request cannot block us: a hung host is just left.
  private func cancel() {
    guard unsafe PQhost(handle).map({ unsafe $0.pointee == CChar(UInt8(ascii: "/")) }) ?? false,
      let request = unsafe PQgetCancel(handle)
    else { return }
    var text = [CChar](repeating: 0, count: 256)
    _ = unsafe PQcancel(request, &text, Int32(text.count))
    unsafe PQfreeCancel(request)
  }

  private func check(_ ok: Bool) throws(DatabaseError) {
    if !ok { throw lost() }
  }

  private func lost() -> DatabaseError {
    isBroken = true
    let text = unsafe String(cString: PQerrorMessage(handle))
    let line = text.split(separator: "\n").first.map { String($0) } ?? "the connection was closed"
    return DatabaseError(.unreachable, "the connection to the database was lost: \(line)")
  }
}

extension Duration {
  var inWholeMilliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
