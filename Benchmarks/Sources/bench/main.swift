import CBare
import Foundation
import Harness

let usage = """
  usage: bench NAME [OPTION=VALUE]
    poll [agents=N] [interval=MS] [seconds=S]     CPU and memory a poll, beside a bare libcurl loop
    scale [seconds=S]                             the same at 100 to 10,000 agents
    reaction [agents=N] [count=N] [dead=N]        from the reply that shows a breach to the first byte of the close
    core [seconds=S] [agents=N]                   events of the core a second, and its allocations
    start [agents=N] [records=N]                  process start to the first look, with a long journal
    rest [agents=N] [seconds=S]                   requests a second and p99, beside a bare route with the same bytes
    reload [agents=N] [rounds=N]                  how long mt4ctl reload --wait takes, and its CPU until all is told
    table FILE                                    the figures that were kept in a file; 1 when a goal was missed
  and of bench-service, which links the service: journal, database, manifests
  """

func main() throws {
  let mt4ctl = ProcessInfo.processInfo.environment["MT4CTL"] ?? "../.build/release/mt4ctl"
  let service = ProcessInfo.processInfo.environment["BENCH_SERVICE"] ?? ".build/release/bench-service"
  switch arguments.first {
  case "terminals":
    var options = cbare_terminals(
      port: Int32(arguments[1]) ?? 0, agents: Int32(arguments[2]) ?? 0, positions: Int32(option("positions", 1)),
      slow_from: Int32(option("slow", -1)), breach_count: Int32(option("breaches", 0)),
      breach_among: Int32(option("among", Int(arguments[2]) ?? 0)),
      breach_after_ms: Int32(option("after", 1000)), breach_every_ms: Int32(option("every", 50)),
      interval_ms: Int32(option("interval", 1000)), split: Int32(option("split", 0)))
    exit(cbare_terminals_run(&options))
  case "bare":
    let numbers = arguments.dropFirst().compactMap { Int32($0) }
    let journal = arguments.count > 5 ? arguments[5] : nil
    exit(cbare_poll_run(numbers[0], numbers[1], numbers[2], numbers[3], journal))
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
      mt4ctl: mt4ctl, agents: option("agents", 1000), breaches: option("count", 400), dead: option("dead", 0)
    ).run()
  case "start":
    try StartBenchmark(
      mt4ctl: mt4ctl, maker: service, agents: option("agents", 1000), records: option("records", 1_000_000)
    ).run()
  case "rest":
    try RESTBenchmark(
      mt4ctl: mt4ctl, service: service, agents: option("agents", 1000), seconds: option("seconds", 4)
    ).run()
  case "reload":
    try ReloadBenchmark(mt4ctl: mt4ctl, agents: option("agents", 10_000), rounds: option("rounds", 5)).run()
  case "table": exit(try table(arguments.dropFirst().first ?? "/dev/null") ? 0 : 1)
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
