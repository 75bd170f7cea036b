// Canned terminals in one thread, as cheap as a server can be, so that what is measured is the client.
#define _GNU_SOURCE
#include "cbare.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { IN_ROOM = 4096, OUT_ROOM = 1 << 16 };

struct agent {
  int64_t last_positions;   // ns, when its positions were last asked for
  int64_t shown;            // when the first reply with a breach left; 0: not yet
  int64_t acted;            // when the first byte of a POST came after it
  int closed;               // positions that were closed
  int requests;
};

struct connection {
  int fd, agent, used;
  int64_t answer_at;        // a slow terminal's; 0: none waits
  char in[IN_ROOM];
};

static volatile sig_atomic_t stopping, armed;
static void on_stop(int s) { (void)s; stopping = 1; }
static void on_arm(int s) { (void)s; armed = 1; }

int64_t cbare_now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t cbare_cpu_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static struct cbare_terminals options;
static struct agent *agents;
static int64_t armed_at;
static long polls[2], late[2];   // the product's, and the bare loop's
static char out[OUT_ROOM], body[OUT_ROOM];

static int agent_of(int fd) {
  struct sockaddr_in local;
  socklen_t size = sizeof local;
  if (getsockname(fd, (struct sockaddr *)&local, &size)) return -1;
  uint32_t a = ntohl(local.sin_addr.s_addr);
  return (int)((((a >> 16) & 255) - 1) * 62500 + ((a >> 8) & 255) * 250 + (a & 255) - 1);
}

static int is_breached(int i, int64_t now) {
  if (!armed_at || i >= options.breach_among) return 0;
  // Not by number: neighbours are polled in the same moment, so that their breaches would be seen a dozen at a time.
  int rank = (int)((int64_t)i * 7919 % options.breach_among);
  if (rank >= options.breach_count) return 0;
  return now >= armed_at + ((int64_t)options.breach_after_ms + (int64_t)rank * options.breach_every_ms) * 1000000;
}

static int format_time(char *to, size_t room) {
  struct timespec t;
  struct tm tm;
  clock_gettime(CLOCK_REALTIME, &t);
  gmtime_r(&t.tv_sec, &tm);
  return (int)strftime(to, room, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

// A little movement, in cents, the same for the positions and the account of one moment.
static int wiggle(int i, int64_t now) { return (int)((now / 1000000000 + i) % 7) - 3; }

static int positions_body(int i, int64_t now) {
  struct agent *agent = &agents[i];
  int count = options.positions - agent->closed, n = 0;
  int cents = is_breached(i, now) ? -150000 : wiggle(i, now);
  n += snprintf(body + n, sizeof body - n, "{\"count\":%d,\"positions\":[", count);
  for (int k = 0; k < count; k++) {
    int mine = k == 0 ? cents : 0;
    n += snprintf(body + n, sizeof body - n,
      "%s{\"ticket\":%d,\"symbol\":\"EURUSD\",\"type\":\"buy\",\"lots\":0.05,\"open_price\":1.08512,\"current_price\":%.5f,"
      "\"sl\":0.90000,\"tp\":0.00000,\"profit\":%s%d.%02d,\"swap\":0.00,\"commission\":0.00,\"magic\":0,\"comment\":\"\","
      "\"open_time\":\"2026-01-05T10:00:00Z\"}",
      k ? "," : "", 1000 + k, 1.08512 + mine / 10000000.0, mine < 0 ? "-" : "", abs(mine) / 100, abs(mine) % 100);
  }
  return n + snprintf(body + n, sizeof body - n, "]}");
}

static int account_body(int i, int64_t now) {
  char at[40];
  format_time(at, sizeof at);
  int breached = is_breached(i, now), closed = agents[i].closed;
  int cents = breached ? -150000 : wiggle(i, now);
  // The first position carries the profit; once it is closed, the balance does.
  int balance = 1000000 + (closed ? -150000 : 0), profit = closed ? 0 : cents, equity = balance + profit;
  return snprintf(body, sizeof body,
    "{\"account\":%d,\"name\":\"bench\",\"server\":\"Bench-Demo\",\"currency\":\"USD\",\"leverage\":100,\"balance\":%d.%02d,"
    "\"credit\":0.00,\"equity\":%d.%02d,\"profit\":%s%d.%02d,\"margin\":100.00,\"free_margin\":9900.00,\"margin_level\":10000.00,"
    "\"stopout_level\":20,\"limit_orders\":0,\"trade_allowed\":true,\"connected\":true,\"demo\":true,\"server_utc_offset\":0,"
    "\"server_time\":\"2026.01.05 10:00:00\",\"timestamp\":\"%s\"}",
    1000000 + i, balance / 100, balance % 100, equity / 100, equity % 100, profit < 0 ? "-" : "", abs(profit) / 100,
    abs(profit) % 100, at);
}

static int tick_body(const char *symbol, int size) {
  char at[40];
  format_time(at, sizeof at);
  return snprintf(body, sizeof body,
    "{\"symbol\":\"%.*s\",\"bid\":1.08510,\"ask\":1.08512,\"spread\":2,\"digits\":5,\"point\":0.00001,\"timestamp\":\"%s\","
    "\"tick_size\":0.00001,\"tick_value\":1,\"contract_size\":100000,\"min_lot\":0.01,\"max_lot\":100,\"lot_step\":0.01,"
    "\"stop_level\":0,\"freeze_level\":0,\"margin_required\":1000,\"trade_allowed\":true}",
    size, symbol, at);
}

static int history_body(int i) {
  int closed = agents[i].closed, n = snprintf(body, sizeof body, "{\"count\":%d,\"history\":[", closed);
  for (int k = 0; k < closed; k++) {
    n += snprintf(body + n, sizeof body - n,
      "%s{\"ticket\":%d,\"symbol\":\"EURUSD\",\"type\":\"buy\",\"lots\":0.05,\"open_price\":1.08512,\"close_price\":1.08000,"
      "\"sl\":0,\"tp\":0,\"profit\":%s,\"swap\":0,\"commission\":0,\"comment\":\"\",\"open_time\":\"2026-01-05T10:00:00Z\","
      "\"close_time\":\"2026-01-05T11:00:00Z\"}", k ? "," : "", 1000 + k, k ? "0.00" : "-1500.00");
  }
  return n + snprintf(body + n, sizeof body - n, "]}");
}

// Connections of slow terminals, the first due first: all wait equally long.
static struct slow { int fd; int64_t at; } *slow;
static size_t slow_first, slow_end, slow_room;

static void wait_long(struct connection *c, int64_t at) {
  c->answer_at = at;
  if (slow_end == slow_room) {
    if (slow_first) memmove(slow, slow + slow_first, (slow_end - slow_first) * sizeof *slow);
    slow_end -= slow_first;
    slow_first = 0;
    if (slow_end * 2 >= slow_room) slow = realloc(slow, (slow_room = slow_room * 2 + 1024) * sizeof *slow);
  }
  slow[slow_end++] = (struct slow){c->fd, at};
}

static void note_poll(int i, int64_t now) {
  struct agent *agent = &agents[i];
  int half = i < options.split ? 0 : 1;
  if (agent->last_positions) {
    polls[half]++;
    if (now - agent->last_positions > ((int64_t)options.interval_ms + 50) * 1000000) late[half]++;
  }
  agent->last_positions = now;
}

static void answer(struct connection *c) {
  int64_t now = cbare_now_ns();
  int i = c->agent, size = 0;
  char *path = strchr(c->in, ' ');
  if (!path || i < 0 || i >= options.agents) { close(c->fd); c->fd = -1; return; }
  path++;
  struct agent *agent = &agents[i];
  agent->requests++;
  int shows = 0;
  if (c->in[0] == 'P') {
    if (agent->closed < options.positions) agent->closed = options.positions;
    char *ticket = strstr(c->in, "\"ticket\":");
    size = snprintf(body, sizeof body, "{\"success\":true,\"ticket\":%ld}", ticket ? atol(ticket + 9) : 0);
  } else if (!strncmp(path, "/positions", 10)) {
    note_poll(i, now);
    size = positions_body(i, now);
  } else if (!strncmp(path, "/account", 8)) {
    shows = is_breached(i, now) && !agent->shown;
    size = account_body(i, now);
  } else if (!strncmp(path, "/orders", 7)) {
    size = snprintf(body, sizeof body, "{\"count\":0,\"orders\":[]}");
  } else if (!strncmp(path, "/history", 8)) {
    size = history_body(i);
  } else if (!strncmp(path, "/tick/", 6)) {
    size = tick_body(path + 6, (int)strcspn(path + 6, " ?"));
  } else if (!strncmp(path, "/bench/stats", 12)) {
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    size = snprintf(body, sizeof body, "%ld %ld %ld %ld", polls[0], late[0], polls[1], late[1]);
    polls[0] = polls[1] = late[0] = late[1] = 0;
  }
  int n = snprintf(out, sizeof out,
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", size);
  memcpy(out + n, body, (size_t)size);
  if (shows) agent->shown = cbare_now_ns();
  if (send(c->fd, out, (size_t)(n + size), MSG_NOSIGNAL) < 0) { close(c->fd); c->fd = -1; return; }
  c->used = 0;
}

static void take(struct connection *c) {
  ssize_t got = recv(c->fd, c->in + c->used, (size_t)(IN_ROOM - 1 - c->used), 0);
  if (got == 0 || (got < 0 && errno != EAGAIN)) { close(c->fd); c->fd = -1; return; }
  if (got < 0) return;
  int64_t now = cbare_now_ns();
  c->used += (int)got;
  c->in[c->used] = 0;
  if (c->agent >= 0 && c->agent < options.agents && c->in[0] == 'P' && agents[c->agent].shown && !agents[c->agent].acted)
    agents[c->agent].acted = now;
  char *end = strstr(c->in, "\r\n\r\n");
  if (!end) return;
  char *length = strcasestr(c->in, "\r\ncontent-length:");
  if (c->in[0] == 'P' && length && c->used < (int)(end + 4 - c->in) + atoi(length + 17)) return;
  if (options.slow_from >= 0 && c->agent >= options.slow_from) { return wait_long(c, now + 10000000000LL); }
  answer(c);
}

static void report(void) {
  // One number an agent, as far as breaches go; -1: no breach, or none that was acted upon.
  printf("{\"reactions_us\":[");
  int shown = 0;
  for (int i = 0; i < options.breach_among; i++) {
    shown += agents[i].shown != 0;
    long long us = agents[i].acted ? (long long)(agents[i].acted - agents[i].shown) / 1000 : -1;
    printf("%s%lld", i ? "," : "", us);
  }
  printf("],\"shown\":%d}\n", shown);
  fflush(stdout);
}

int cbare_terminals_run(const struct cbare_terminals *wanted) {
  options = *wanted;
  agents = calloc((size_t)options.agents, sizeof *agents);
  struct sigaction stop = {.sa_handler = on_stop}, arm = {.sa_handler = on_arm};
  sigaction(SIGTERM, &stop, NULL);
  sigaction(SIGINT, &stop, NULL);
  sigaction(SIGUSR1, &arm, NULL);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options.port)};
  if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 4096)) { perror("terminals"); return 1; }
  int poller = epoll_create1(0), room = options.agents * 3 + 64;
  // A connection by its descriptor.
  struct connection **all = calloc((size_t)room * 4, sizeof *all);
  int most = room * 4;
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[256];
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  printf("ready\n");
  fflush(stdout);
  while (!stopping) {
    int count = epoll_wait(poller, events, 256, options.slow_from >= 0 ? 100 : 1000);
    if (armed && !armed_at) armed_at = cbare_now_ns();
    for (int k = 0; k < count; k++) {
      int fd = events[k].data.fd;
      if (fd != listener) {
        take(all[fd]);
        continue;
      }
      while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (fd >= most) { close(fd); continue; }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        if (!all[fd]) all[fd] = malloc(sizeof **all);
        *all[fd] = (struct connection){.fd = fd, .agent = agent_of(fd)};
        event = (struct epoll_event){.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
      }
    }
    if (options.slow_from < 0) continue;
    int64_t now = cbare_now_ns();
    while (slow_first < slow_end && slow[slow_first].at <= now) {
      struct slow next = slow[slow_first++];
      struct connection *c = all[next.fd];
      // Another connection may have that number by now.
      if (!c || c->fd != next.fd || c->answer_at != next.at) continue;
      c->answer_at = 0;
      answer(c);
    }
  }
  report();
  return 0;
}
