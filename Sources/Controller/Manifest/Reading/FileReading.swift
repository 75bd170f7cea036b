import Reconciler

/// One file of a set, read and checked by itself.
final class FileReading: Sendable {
  let file: ManifestFile
  /// How many documents it has, also those that no kind could be told of.
  let count: Int
  let documents: [ReadDocument]
  /// Errors, of the text and of each document.
  let findings: [Finding]
  /// Its lines, for messages.
  let source: SourceText

  /// - Parameter maximumDocuments: what is left of the bound of the set.
  init(_ file: ManifestFile, maximumDocuments: Int) {
    var composer = YAMLComposer(file.bytes, maximumDocuments: maximumDocuments, findsSecrets: false)
    var documents: [ReadDocument] = []
    var findings: [Finding] = []
    var room: [UInt8] = []
    while composer.next() {
      var checker = DocumentChecker()
      guard let checked = checker.check(composer.tree) else {
        findings += checker.findings
        continue
      }
      var own = checker.findings
      if checked.kind == .agent { own += AgentChecks.findings(in: checked) }
      documents.append(ReadDocument(checked, isWhole: own.isEmpty, file: file.name, room: &room))
      findings += own
    }
    for problem in composer.problems {
      findings.append(Finding(severity: .error, mark: problem.mark, message: problem.message))
    }
    if composer.documents == 0, composer.problems.isEmpty {
      findings.append(Finding(severity: .error, mark: .start, message: "this file holds no document"))
    }
    self.file = file
    count = composer.documents
    self.documents = documents
    self.findings = findings
    source = SourceText(file, maximumDocuments: maximumDocuments)
  }
}
