import CDispatch
import Glibc
import Logging
import Reconciler
import Synchronization

// What can be known before anything is begun is checked first, so that a start that cannot succeed leaves no trace.
extension ControllerService {
  /// - Throws: 3 without valid manifests and without a last good set; 1 when the address is taken.
  func checkBeforeStart() throws(StartError) {
    try checkManifests()
    try openAccess()
    try checkAddress()
  }

  private func checkManifests() throws(StartError) {
    guard case .rejected(let errors) = ManifestLoader.load(directory: options.manifests) else { return }
    if let latest = try? RevisionStore(stateDirectory: options.state).latest().revision, case .accepted = latest.load()
    {
      return
    }
    for error in errors { log.error("\(error)") }
    throw StartError(
      exitCode: 3,
      description:
        "\(Count.of(errors.count, "error")) in \(options.manifests), and no last good set of manifests is kept")
  }

  /// Tries the address once. Somebody may still take it before the server does; that ends the start, too, only later.
  private func checkAddress() throws(StartError) {
    guard options.listen.port > 0, !options.listen.host.contains(":") else { return }
    let host = options.listen.host == "localhost" ? "127.0.0.1" : options.listen.host
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(options.listen.port).bigEndian
    guard unsafe inet_pton(AF_INET, host, &address.sin_addr) == 1 else { return }
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var reuse: Int32 = 1
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
    let result = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else {
      throw StartError(exitCode: 1, description: "cannot listen on \(options.listen): \(SystemText.message(errno))")
    }
  }
}
