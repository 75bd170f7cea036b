// libpq. The diagnostics' field codes are character macros, which Swift does not see.
#ifndef MT4_CLIBPQ_SHIM_H
#define MT4_CLIBPQ_SHIM_H
#include <libpq-fe.h>
static inline const char *mt4_pq_sqlstate(const PGresult *r) { return PQresultErrorField(r, PG_DIAG_SQLSTATE); }
static inline const char *mt4_pq_message_primary(const PGresult *r) { return PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY); }
#endif
