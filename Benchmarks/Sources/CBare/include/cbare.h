// The limits: what the machine, libcurl, libyaml and the disk can do when nothing is done with what they bring.
#ifndef MT4_CBARE_H
#define MT4_CBARE_H
#include <stddef.h>
#include <stdint.h>

// Canned terminals: one listener on every loopback address; agent `i` is at 127.(1 + i / 62500).(i / 250 % 250).(1 + i % 250).
// It serves until SIGTERM, then prints a line of JSON on stdout.
struct cbare_terminals {
  int port;
  int agents;
  int positions;          // of each agent
  int slow_from;          // agents from this index on answer after ten seconds; -1: none
  int breach_count;       // so many agents show a breach, one after another
  int breach_after_ms;    // the first one, after SIGUSR1
  int breach_every_ms;
  int interval_ms;        // an interval between two GET /positions of an agent that is over 50 ms longer is late
};
int cbare_terminals_run(const struct cbare_terminals *options);

// The bare loop: libcurl's multi interface over epoll, positions then account of each agent at each interval, orders every
// fifth time, every body thrown away. Ends on SIGTERM. `first` is the index of its first agent at the terminals.
int cbare_poll_run(int port, int first, int agents, int interval_ms);

// Events that libyaml reads from the text; -1 for a text that it refuses.
long cbare_yaml_events(const unsigned char *text, size_t size);

// Appends `count` batches of `size` bytes to a new file and makes each durable by itself; the times are in nanoseconds.
int cbare_sync_batches(const char *path, size_t size, int count, int64_t *times);

// CPU time of this process, in nanoseconds.
int64_t cbare_cpu_ns(void);
int64_t cbare_now_ns(void);

// Calls of malloc, calloc, realloc and their like in this process so far.
uint64_t cbare_allocations(void);

// The body of a GET on loopback; its length, or -1.
long cbare_get(const char *host, int port, const char *path, char *body, size_t room);
#endif
