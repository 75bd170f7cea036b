#if canImport(Controller)
  import Reconciler
  import Testing

  @testable import Controller

  /// Whole lives of cores, with every fault and kill, through the lines of a recording: what is read back leads a second core to
  /// the same decisions, to the last bit. The simulation as a package of its own has no recorder, and no such test.
  struct RecordingTests {
    @Test(arguments: UInt64(1)...6) func `a recorded life is decided the same`(seed: UInt64) {
      var variation = Variation()
      variation.length = .short
      var scenario = Scenario(seed: seed)
      variation.apply(to: &scenario)
      var simulation = Simulation(scenario, variation: variation)
      let twin = Twin()
      simulation.witness = { twin.take($0) }
      simulation.run()
      #expect(twin.problem == nil)
      #expect(twin.events > 500)
      #expect(twin.records > 20)
    }

    @Test func `a line that was changed is seen`() {
      var seen = 0
      for seed in UInt64(1)...3 {
        var variation = Variation()
        variation.length = .short
        var scenario = Scenario(seed: seed)
        variation.apply(to: &scenario)
        var simulation = Simulation(scenario, variation: variation)
        let twin = Twin()
        twin.distorts = true
        simulation.witness = { twin.take($0) }
        simulation.run()
        if twin.problem != nil { seen += 1 }
      }
      #expect(seen >= 2)
    }
  }

  /// A second core that knows of the first one's life by its recording alone.
  private final class Twin {
    private var core = Reconciler()
    private var writer: LineWriter?
    private var reader: LineReader?
    private(set) var events = 0
    private(set) var records = 0
    /// The first thing that differed.
    private(set) var problem: String?
    /// Halves each account's equity on the way.
    var distorts = false

    func take(_ seen: Witnessed) {
      guard problem == nil else { return }
      switch seen {
      case .folded(let first, let now):
        core = first
        let head = RecordingHead(
          version: "simulation", chain: "", foldedFrom: 0, foldedTo: 0, interval: .zero, moment: now)
        (writer, reader) = (LineWriter(head), LineReader(head))
      case .event(let event, let now, let wanted):
        pass(RecordedEvent(input: .event(event), moment: now), wanted)
      case .stopped(let now, let wanted): pass(RecordedEvent(input: .stopped, moment: now), wanted)
      }
    }

    private func pass(_ event: RecordedEvent, _ wanted: [Effect]) {
      events += 1
      var bytes: [UInt8] = []
      writer?.write(event, to: &bytes)
      do {
        guard case .event(let read)? = try reader?.read(Array(bytes.dropLast())) else {
          return problem = "event \(events) came back as no event"
        }
        let made = decide(read)
        records += made.filter(\.isRecord).count
        guard made != wanted || read.moment != event.moment else { return }
        problem = "event \(events):\n\(String(decoding: bytes, as: UTF8.self))\n\(wanted)\n\(made)"
      } catch {
        problem = "event \(events) cannot be read: \(error)"
      }
    }

    private func decide(_ event: RecordedEvent) -> [Effect] {
      guard case .event(var input) = event.input else { return core.stopped(at: event.moment) }
      if distorts, case .snapshot(var look) = input, let equity = look.account?.value.equity {
        look.account?.value.equity = (equity + equity).divided(by: 4) ?? .zero
        input = .snapshot(look)
      }
      return core.receive(input, at: event.moment)
    }
  }
#endif
