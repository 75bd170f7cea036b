// libpq. The diagnostics' field codes are character macros, which Swift does not see.
#ifndef MT4_CLIBPQ_SHIM_H
#define MT4_CLIBPQ_SHIM_H
#include <libpq-fe.h>
static inline const char *mt4_pq_sqlstate(const PGresult *r) { return PQresultErrorField(r, PG_DIAG_SQLSTATE); }
static inline const char *mt4_pq_message_primary(const PGresult *r) { return PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY); }
// For the embedded server's process. glibc has it since 2.34, and its header hides it from Swift's view of the C library.
#include <spawn.h>
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);
static inline int mt4_spawn_close_from(posix_spawn_file_actions_t *actions, int from) {
  return posix_spawn_file_actions_addclosefrom_np(actions, from);
}
#endif
