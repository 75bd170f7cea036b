// libsystemd: notify, watchdog, listen fds and the journal. `sd_notify` and `sd_journal_sendv` are not variadic.
#ifndef MT4_CLIBSYSTEMD_SHIM_H
#define MT4_CLIBSYSTEMD_SHIM_H
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
#endif
