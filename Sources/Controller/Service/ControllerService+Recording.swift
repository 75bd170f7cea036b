import Logging
import Reconciler

// The recording of what goes into the core: begun with the loop, and never in its way.
extension ControllerService {
  /// `nil` without `--recording`. A recording that cannot be begun ends at once, and says so; the controller runs.
  func startRecorder(of journal: Journal, foldedFrom: Int64) -> EventRecorder? {
    guard let recording = options.recording else { return nil }
    let head = RecordingHead(
      version: ControllerVersion.text, chain: journal.chain, foldedFrom: foldedFrom,
      foldedTo: journal.recovered.lastSequence, interval: options.interval, moment: seams.now())
    log.info(
      "recording what the core sees, within \(recording.limitBytes / 1_000_000) MB",
      metadata: .keys([.path: recording.directory]))
    let recorder = EventRecorder(recording, head: head) { [log] status in
      log.error(
        "the recording has ended, and the controller goes on without: \(status.problem)",
        metadata: .keys([.path: recording.directory]))
    }
    metrics.attach(recording: { [weak recorder] in recorder?.current ?? RecordingStatus(state: .ended) })
    return recorder
  }
}
