// Dashboard: the one page that people look at. Its files stand in `Assets`, as a browser wants them, and are compiled into the
// program; nothing here knows more of the controller than any client of REST does.

/// One file of the page.
struct DashboardFile: Sendable {
  /// Where it is served.
  let path: String
  let type: String
  let bytes: [UInt8]

  static let all: [DashboardFile] = [
    DashboardFile(path: "/", type: "text/html; charset=utf-8", bytes: PackageResources.dashboard_html),
    DashboardFile(
      path: "/assets/dashboard.css", type: "text/css; charset=utf-8", bytes: PackageResources.dashboard_css),
    DashboardFile(path: "/assets/icon.svg", type: "image/svg+xml", bytes: PackageResources.icon_svg),
    script("api.js", PackageResources.api_js), script("card.js", PackageResources.card_js),
    script("chart.js", PackageResources.chart_js), script("fleet.js", PackageResources.fleet_js),
    script("log.js", PackageResources.log_js), script("main.js", PackageResources.main_js),
    script("state.js", PackageResources.state_js), script("stream.js", PackageResources.stream_js),
    script("util.js", PackageResources.util_js),
  ]

  /// What the page may load: its own files and the controller's answers, and nothing else from anywhere.
  static let contentPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    + "form-action 'none'; frame-ancestors 'none'"

  private static func script(_ name: String, _ bytes: [UInt8]) -> DashboardFile {
    DashboardFile(path: "/assets/\(name)", type: "text/javascript; charset=utf-8", bytes: bytes)
  }
}
