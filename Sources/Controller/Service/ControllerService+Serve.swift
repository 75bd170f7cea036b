import Bridge
import Dispatch
import Logging
import NIOCore
import Reconciler

// From the first request to the last record: serving, draining, and the stop in the reverse order of the start.
extension ControllerService {
  func serve(_ parts: Running, ready: @escaping @Sendable (Int) -> Void) async -> Int32 {
    let (bound, told) = AsyncStream.makeStream(of: Int.self)
    let server = statusServer(parts.journal)
    let web = Task {
      await listen(server) {
        told.yield($0)
      } whenDone: {
        told.finish()
      }
    }
    var ports = bound.makeAsyncIterator()
    // Nothing is done, and nothing is recorded, by a controller that cannot show what it does.
    guard let port = await ports.next() else {
      _ = await close(parts)
      return 1
    }
    log.info(
      "serving on \(options.listen.host):\(port)", metadata: .keys([.address: "\(options.listen.host):\(port)"]))
    tellReady(parts.journal, parts.engine)
    ready(port)
    let end = await Blocking.value("mt4-loop") { parts.loop.run(parts.reconciler) }
    manager.closing()
    await endStreams(parts.journal)
    web.cancel()
    let served = await web.value
    let behind = await close(parts)
    switch end {
    case .drained:
      let rest = behind > 0 ? "; \(behind) records are in the journal and not in the database yet" : ""
      log.info("stopped in good order\(rest)")
      return served ? 0 : 1
    case .journalFailed(let why):
      log.critical("the journal cannot be written, so nothing is sent any more: \(why)")
      return 1
    }
  }

  /// Serves HTTP until cancelled.
  ///
  /// - Returns: whether it could.
  private func listen(
    _ server: StatusServer, bound: @escaping @Sendable (Int) -> Void, whenDone: @Sendable () -> Void
  ) async -> Bool {
    defer { whenDone() }
    do {
      try await server.run(bound: bound)
      return true
    } catch is CancellationError {
      return true
    } catch {
      let why = (error as? IOError).map { SystemText.message($0.errnoCode) } ?? "\(error)"
      log.critical("cannot listen on \(options.listen): \(why)")
      stop()
      return false
    }
  }

  /// Ends everything but the loop and HTTP, in the reverse order of the start.
  ///
  /// - Returns: how many records are not in the database.
  private func close(_ parts: Running) async -> Int64 {
    parts.control?.stop()
    parts.watcher?.stop()
    parts.latches?.stop()
    if let recorder = parts.recorder { await Blocking.value("mt4-stop") { recorder.close() } }
    await Blocking.value("mt4-stop") { parts.publisher.settle() }
    _ = await Blocking.value("mt4-stop") { parts.engine.stop(within: .seconds(5)) }
    // The loop's last records are shipped too, and a checkpoint on them, so they must be durable first.
    parts.journal.makeCheckpoint()
    await Blocking.value("mt4-stop") { Self.settle(parts.journal) }
    // A database that is away is not waited for: the journal has everything, and the next start ships it.
    _ = await parts.shipper.stop(withinSeconds: parts.keeper.current.database == .up ? 5 : 1)
    return await Blocking.value("mt4-stop") {
      let behind = parts.journal.durableSequence - parts.keeper.current.shipped
      parts.embedded?.stop()
      parts.journal.close()
      return max(0, behind)
    }
  }

  /// Waits until everything that was appended is durable, but not long: a journal that is stuck or failed cannot.
  static func settle(_ journal: Journal) {
    let settled = DispatchSemaphore(value: 0)
    journal.ping { settled.signal() }
    _ = settled.wait(timeout: .now() + 5)
  }
}
