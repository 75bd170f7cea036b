import Logging

// Checkpoints: the key that signs them, and what is said of them.
extension ControllerService {
  /// The key of `--checkpoint-key`, or the systemd credential `checkpoint-key`; `nil` without either, and then
  /// checkpoints are unsigned.
  ///
  /// - Throws: 1 when it cannot be read: a controller that was told to sign must not run without.
  func checkpointKey() throws(StartError) -> CheckpointKey? {
    guard let path = checkpointKeyPath() else {
      log.info("checkpoints are unsigned: no checkpoint-key is configured")
      return nil
    }
    do throws(CheckpointKeyError) {
      let key = try CheckpointKey(file: path)
      log.info("checkpoints are signed by key \(key.id)")
      return key
    } catch {
      throw StartError(exitCode: 1, description: "--checkpoint-key: \(error)")
    }
  }

  /// The public key beside the checkpoints, for exports. Nothing depends on it: whoever can rewrite the journal can replace
  /// it, so that signatures are checked with a copy from elsewhere.
  func keepPublicKey(of key: CheckpointKey?) {
    guard let text = key?.publicKey.pem else { return }
    let path = CheckpointFile.publicKeyPath(options.state)
    guard (try? FileReader.read(path, limit: 4096)) != Array(text.utf8) else { return }
    do throws(JournalError) {
      try Disk.remove(path)
      let files = SystemFiles()
      try files.writeAll(Array(text.utf8), to: files.create(path), at: 0)
    } catch {
      log.warning("the checkpoints' public key cannot be kept: \(error)", metadata: .keys([.path: path]))
    }
  }

  private func checkpointKeyPath() -> String? {
    if let path = options.checkpointKey { return path }
    guard let folder = options.environment["CREDENTIALS_DIRECTORY"] else { return nil }
    return ["checkpoint-key", "mt4_checkpoint-key", "mt4/checkpoint-key"].map { "\(folder)/\($0)" }
      .first { FileReader.exists($0) }
  }

  /// Wakes the shipper for what it can ship, and says what went wrong beside the records.
  func tell(_ event: JournalEvent, to shipper: Shipper) {
    switch event {
    case .durable, .checkpoint: shipper.wake()
    case .checkpointFailed(let error):
      log.error("a checkpoint cannot be written, and is tried again: \(error)", metadata: .keys([.path: options.state]))
    case .removalFailed(let error):
      log.error(
        "an old segment of the journal cannot be removed, and is tried again: \(error)",
        metadata: .keys([.path: options.state]))
    case .space, .segmentFull, .removed, .failed: break
    }
  }
}
