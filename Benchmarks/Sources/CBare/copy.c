// PostgreSQL's own COPY: the least that rows can cost on the server that the product writes to.
#include "cbare.h"
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static PGconn *open_server(const char *server) {
  PGconn *session = PQconnectdb(server);
  if (PQstatus(session) == CONNECTION_OK) return session;
  fprintf(stderr, "%s", PQerrorMessage(session));
  PQfinish(session);
  return NULL;
}

static int run(PGconn *session, const char *sql) {
  PGresult *result = PQexec(session, sql);
  int failed = PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK;
  if (failed) fprintf(stderr, "%s", PQresultErrorMessage(result));
  PQclear(result);
  return failed;
}

int cbare_sql(const char *server, const char *sql) {
  PGconn *session = open_server(server);
  if (!session) return -1;
  int failed = run(session, sql);
  PQfinish(session);
  return failed;
}

int cbare_sql_value(const char *server, const char *sql, char *value, size_t room) {
  PGconn *session = open_server(server);
  if (!session) return -1;
  PGresult *result = PQexec(session, sql);
  int found = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) > 0;
  snprintf(value, room, "%s", found ? PQgetvalue(result, 0, 0) : "");
  PQclear(result);
  PQfinish(session);
  return found ? 0 : -1;
}

long cbare_copy_out(const char *server, const char *from, char **bytes) {
  PGconn *session = open_server(server);
  if (!session) return -1;
  PGresult *result = PQexec(session, from);
  int ready = PQresultStatus(result) == PGRES_COPY_OUT;
  if (!ready) fprintf(stderr, "%s", PQresultErrorMessage(result));
  PQclear(result);
  size_t used = 0, room = 1 << 20;
  char *row;
  *bytes = malloc(room);
  for (int size; ready && (size = PQgetCopyData(session, &row, 0)) > 0; PQfreemem(row)) {
    while (used + (size_t)size > room) *bytes = realloc(*bytes, room *= 2);
    memcpy(*bytes + used, row, (size_t)size);
    used += (size_t)size;
  }
  PQfinish(session);
  return ready ? (long)used : -1;
}

int64_t cbare_copy_in(
  const char *server, const char *before, const char *into, const char *after, const char *bytes, size_t size) {
  PGconn *session = open_server(server);
  if (!session) return -1;
  int64_t began = cbare_now_ns();
  int failed = run(session, before);
  PGresult *result = failed ? NULL : PQexec(session, into);
  if (!failed) {
    failed = PQresultStatus(result) != PGRES_COPY_IN;
    if (failed) fprintf(stderr, "%s", PQresultErrorMessage(result));
    PQclear(result);
  }
  for (size_t done = 0; !failed && done < size;) {
    size_t part = size - done < 1 << 16 ? size - done : 1 << 16;
    if (PQputCopyData(session, bytes + done, (int)part) != 1) failed = 1;
    done += part;
  }
  if (!failed) failed = PQputCopyEnd(session, NULL) != 1;
  while (!failed && (result = PQgetResult(session))) {
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
      fprintf(stderr, "%s", PQresultErrorMessage(result));
      failed = 1;
    }
    PQclear(result);
  }
  if (!failed) failed = run(session, after);
  int64_t time = cbare_now_ns() - began;
  PQfinish(session);
  return failed ? -1 : time;
}
