// libsystemd: notify, watchdog and the journal; and what the C library has only with a variable number of arguments.
#ifndef MT4_CLIBSYSTEMD_SHIM_H
#define MT4_CLIBSYSTEMD_SHIM_H
#include <sys/prctl.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>

/// No core dumps of this process, and no tracing by others of the same user.
static inline int mt4_set_undumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
#endif
