// Loop: the pump between the core and the world. One thread owns the `Reconciler`; everything reaches it as a letter in
// its mailbox, and everything that it wants done leaves through the journal and the terminals. Nothing here decides.

import Dispatch
import Reconciler
import Synchronization

/// What the loop's thread can be told.
enum Letter: Sendable {
  case event(Event)
  case command(Command, actor: String, answer: @Sendable (CommandVerdict) -> Void)
  case fleet(Fleet, RevisionFacts, credentials: [AgentID: CredentialOutcome])
  /// Answers as soon as the loop gets to it: for the watchdog.
  case ping(@Sendable () -> Void)
  /// The journal cannot go on: nothing is sent any more, and the process ends.
  case journalFailed(String)
}

/// The loop's one queue. Its length is bounded by what can be under way: a read and a trade an agent, and a few words from
/// the journal, which are folded into the newest.
final class Mailbox: Sendable {
  private struct Contents {
    var letters: [Letter] = []
    /// Only the newest word of the journal counts.
    var journal: JournalFacts?
  }

  private let contents = Mutex(Contents())
  private let bell = DispatchSemaphore(value: 0)

  func post(_ letter: Letter) {
    let ring = contents.withLock { contents in
      let wasEmpty = contents.letters.isEmpty && contents.journal == nil
      contents.letters.append(letter)
      return wasEmpty
    }
    if ring { bell.signal() }
  }

  /// Updates the journal's facts in place and wakes the loop.
  func update(_ facts: JournalFacts) {
    let ring = contents.withLock { contents in
      let wasEmpty = contents.letters.isEmpty && contents.journal == nil
      let wants = contents.journal?.wantsSnapshot ?? false
      contents.journal = facts
      if wants { contents.journal?.wantsSnapshot = true }
      return wasEmpty
    }
    if ring { bell.signal() }
  }

  /// Everything that has come, in order, the journal's word first; waits for it no longer than `timeout`.
  func take(timeout: Duration) -> [Letter] {
    let ready = contents.withLock { !$0.letters.isEmpty || $0.journal != nil }
    if !ready {
      _ = bell.wait(timeout: .now() + .microseconds(Int(clamping: max(0, timeout.inMicroseconds))))
    } else {
      // Take the ring along, so that it does not wake an empty wait later.
      _ = bell.wait(timeout: .now())
    }
    return contents.withLock { contents in
      var letters: [Letter] = []
      if let facts = contents.journal { letters.append(.event(.journal(facts))) }
      letters += contents.letters
      contents.journal = nil
      contents.letters.removeAll(keepingCapacity: true)
      return letters
    }
  }
}
