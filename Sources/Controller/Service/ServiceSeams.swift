import Bridge

/// What a test may put in the place of the real thing.
struct ServiceSeams: Sendable {
  /// Every part that goes by the time goes by this.
  var now: MomentSource = { SystemClock.now() }
  var journal = JournalOptions()
  /// Between two looks for segments of the journal that may go.
  var retentionEvery: Duration = .seconds(600)
  /// Instead of the one of the environment.
  var manager: ServiceManager?
}
