import Controller
import Reconciler

// A recording, decided anew.
extension Replay {
  /// - Returns: whether every decision was the same, and there was one recording at least.
  func replay(recording path: String) -> Bool {
    var printer = RecordingPrinter(format: output, pages: step, agent: agent)
    let runs: [RecordedRun]
    do throws(RecordingError) { runs = try RecordedRun.find(path) } catch {
      AuditPlace.complain("\(error)")
      return false
    }
    var replayed = 0
    var isSame = true
    var isWatched = true
    for run in runs {
      var replayer: RecordingReplayer
      do throws(RecordingError) { replayer = try RecordingReplayer(state: journal, recording: run) } catch {
        printer.skip(run, "\(error)")
        continue
      }
      replayed += 1
      printer.begin(replayer.summary)
      do throws(RecordingError) {
        while let step = try replayer.next() {
          // Who has seen enough still wants to know how it ends.
          if isWatched, wants(step) { isWatched = printer.write(step) }
        }
        printer.end(replayer.summary)
      } catch {
        printer.fail("\(error)")
        isSame = false
      }
      if replayer.summary.problem != nil { isSame = false }
    }
    printer.close(replayed: replayed)
    return isSame && replayed > 0
  }

  private func wants(_ step: RecordingStep) -> Bool {
    if step.difference != nil { return true }
    if quiet || (step.records.isEmpty && step.sends.isEmpty && !looks) { return false }
    let last = step.records.last?.sequence ?? step.after
    if let from, last < from { return false }
    if let to, step.records.first?.sequence ?? step.after > to { return false }
    guard let agent else { return true }
    return step.agent?.text == agent || step.records.contains { $0.agent?.text == agent }
      || step.sends.contains { $0.agent.text == agent }
  }
}
