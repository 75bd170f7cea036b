import HTTPTypes

// The page, open to anybody who can connect: it holds no figure before it has asked for one, with a token where one is due.
extension RESTTable {
  static let dashboard: [RESTRoute] = DashboardFile.all.map { file in
    let document = TaggedDocument(bytes: file.bytes)
    return RESTRoute(file.path, .open, "The dashboard.", answer: .other(file.type)) { _ throws(Problem) in
      var reply = RESTReply.document(document)
      reply.headers[.contentType] = file.type
      reply.headers[.contentSecurityPolicy] = DashboardFile.contentPolicy
      return reply
    }
  }
}
