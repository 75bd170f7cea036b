import CBare
import Foundation

let arguments = Array(CommandLine.arguments.dropFirst())

/// `name=value` among the arguments.
func option(_ name: String, _ fallback: Int) -> Int {
  arguments.first { $0.hasPrefix(name + "=") }.flatMap { Int($0.dropFirst(name.count + 1)) } ?? fallback
}

let usage = """
  usage: bench NAME [OPTION=VALUE]
    poll [agents=N] [interval=MS] [seconds=S]     CPU and memory a poll, beside a bare libcurl loop
    scale [seconds=S]                             the same at 100 to 10,000 agents
    reaction [agents=N] [count=N] [dead=N]        from the reply that shows a breach to the first byte of the close
    core [seconds=S] [agents=N]                   events of the core a second, and its allocations
    start [agents=N] [records=N]                  process start to the first look, with a long journal
  and of bench-service, which links the service: journal, manifests, rest
  """

func main() throws {
  let mt4ctl = ProcessInfo.processInfo.environment["MT4CTL"] ?? "../.build/release/mt4ctl"
  switch arguments.first {
  case "terminals":
    var options = cbare_terminals(
      port: Int32(arguments[1]) ?? 0, agents: Int32(arguments[2]) ?? 0, positions: Int32(option("positions", 1)),
      slow_from: Int32(option("slow", -1)), breach_count: Int32(option("breaches", 0)),
      breach_after_ms: Int32(option("after", 1000)), breach_every_ms: Int32(option("every", 50)),
      interval_ms: Int32(option("interval", 1000)))
    exit(cbare_terminals_run(&options))
  case "bare":
    let numbers = arguments.dropFirst().compactMap { Int32($0) }
    exit(cbare_poll_run(numbers[0], numbers[1], numbers[2], numbers[3]))
  case "poll":
    try PollBenchmark(
      mt4ctl: mt4ctl, agents: option("agents", 1000), interval: option("interval", 1000), seconds: option("seconds", 20)
    ).run()
  case "scale":
    for (agents, interval) in [(100, 1000), (500, 1000), (1000, 1000), (2000, 1000), (5000, 5000), (10_000, 10_000)] {
      try PollBenchmark(
        mt4ctl: mt4ctl, agents: agents, interval: interval, seconds: max(option("seconds", 15), interval / 400)
      )
      .run()
    }
  case "reaction":
    try ReactionBenchmark(
      mt4ctl: mt4ctl, agents: option("agents", 1000), breaches: option("count", 200), dead: option("dead", 0)
    ).run()
  case "start":
    let maker = ProcessInfo.processInfo.environment["BENCH_SERVICE"] ?? ".build/release/bench-service"
    try StartBenchmark(
      mt4ctl: mt4ctl, maker: maker, agents: option("agents", 1000), records: option("records", 1_000_000)
    ).run()
  case "core": CoreBenchmark(seconds: option("seconds", 5), agents: option("agents", 1000)).run()
  default:
    print(usage)
    exit(64)
  }
}

do {
  try main()
} catch {
  print("bench: \(error)")
  exit(1)
}
