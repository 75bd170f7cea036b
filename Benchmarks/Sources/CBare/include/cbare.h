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
  int breach_count;       // so many agents show a breach, one after another,
  int breach_among;       // of the first so many; no multiple of 7919
  int breach_after_ms;    // the first one, after SIGUSR1
  int breach_every_ms;
  int interval_ms;        // an interval between two GET /positions of an agent that is over 50 ms longer is late
  int split;              // agents before this index are the product's, the others the bare loop's
};
int cbare_terminals_run(const struct cbare_terminals *options);

// The bare loop: libcurl's multi interface over epoll, positions then account of each agent at each interval, orders every
// fifth time, every body thrown away. Ends on SIGTERM. `first` is the index of its first agent at the terminals. With a
// journal an account that shows the loss of a breach is answered, once, by a line in it, an fdatasync and a POST.
int cbare_poll_run(int port, int first, int agents, int interval_ms, const char *journal_path);

// Events that libyaml reads from the text; -1 for a text that it refuses.
long cbare_yaml_events(const unsigned char *text, size_t size);

// Appends `count` batches of `size` bytes to a new file and makes each durable by itself; the times are in nanoseconds.
int cbare_sync_batches(const char *path, size_t size, int count, int64_t *times);

// CPU time of this process, in nanoseconds.
int64_t cbare_cpu_ns(void);
int64_t cbare_now_ns(void);

// Calls of malloc, calloc, realloc and their like by this thread so far.
uint64_t cbare_allocations(void);

// The body of a GET on loopback; its length, or -1. `header`: further header lines, each with its CRLF.
long cbare_get(const char *host, int port, const char *path, const char *header, char *body, size_t room);
// The same with its status line and header fields in front.
long cbare_get_whole(const char *host, int port, const char *path, const char *header, char *reply, size_t room);

// GETs over `connections` kept-alive connections to 127.0.0.1, the paths in turn. `rate`: requests a second; 0: each
// connection asks again as soon as it is answered.
struct cbare_load {
  int port, connections, milliseconds, rate;
  const char *const *paths;
  int path_count;
  const char *header;
  // What came of it; an error is anything but a 200 with its whole body.
  long requests, errors, bytes;
  int64_t wall_ns;
  double median_us, p99_us, worst_us;
};
int cbare_load_run(struct cbare_load *load);

// Runs SQL on a PostgreSQL server; 0 when it went well. What went wrong is printed on stderr.
int cbare_sql(const char *server, const char *sql);
// The first value of a query, into `value`; 0 when there is one.
int cbare_sql_value(const char *server, const char *sql, char *value, size_t room);
// Copies all that `from` (COPY ... TO STDOUT) gives into memory; its length, or -1. To be freed.
long cbare_copy_out(const char *server, const char *from, char **bytes);
// Runs `before`, then gives the bytes to `into` (COPY ... FROM STDIN), then `after`; the time of all, or -1.
int64_t cbare_copy_in(
  const char *server, const char *before, const char *into, const char *after, const char *bytes, size_t size);
#endif
