import CLibCurl

/// How many heaps the process keeps.
public enum ProcessHeaps {
  /// glibc gives each of a dozen threads a heap of its own, and what one allocates another frees: with a thousand agents that
  /// is a fifth of the memory, and buys nothing, since one thread at a time does nearly everything. To be called before
  /// there are threads.
  public static func bound() { _ = mallopt(M_ARENA_MAX, 2) }
}
