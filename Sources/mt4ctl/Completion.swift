import ArgumentParser

/// `mt4ctl completion`.
struct Completion: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print a script that completes mt4ctl's words in a shell.",
    discussion: """
      Examples:
        mt4ctl completion bash > /usr/share/bash-completion/completions/mt4ctl
        mt4ctl completion zsh > ~/.zfunc/_mt4ctl
        mt4ctl completion fish > ~/.config/fish/completions/mt4ctl.fish
      """)

  enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

  @Argument(help: "bash, zsh or fish.") var shell: Shell

  func run() {
    let kind: CompletionShell =
      switch shell {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    Terminal.out(MT4Ctl.completionScript(for: kind) + "\n")
  }
}
