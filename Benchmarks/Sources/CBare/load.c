// A client that costs little: GETs on kept-alive connections, as fast as they are answered or at an even rate, bodies thrown
// away. At a rate, a request's time counts from when it was due: a server that stalls is not asked less.
#define _GNU_SOURCE
#include "cbare.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_ROOM = 8192, MOST_TIMES = 1 << 22 };

struct client {
  int fd, used, busy;
  long body;              // bytes of the body that are still to come; -1: its header is not complete
  int64_t due;
  char head[HEAD_ROOM];
};

static char trash[1 << 18];

static int connect_to(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(0x7F000001)};
  if (fd < 0) return -1;
  if (connect(fd, (struct sockaddr *)&at, sizeof at)) { close(fd); return -1; }
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return fd;
}

static int ask(struct client *c, const struct cbare_load *load, long number, int64_t due) {
  char request[2048];
  const char *path = load->paths[number % load->path_count];
  int n = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s\r\n", path, load->header);
  c->busy = 1;
  c->used = 0;
  c->body = -1;
  c->due = due;
  return send(c->fd, request, (size_t)n, MSG_NOSIGNAL) == n;
}

// 1: the reply is complete; 0: more is to come; -1: it is none, or not a good one.
static int take(struct client *c, struct cbare_load *load) {
  for (;;) {
    if (c->body < 0) {
      ssize_t got = recv(c->fd, c->head + c->used, HEAD_ROOM - 1 - (size_t)c->used, MSG_DONTWAIT);
      if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
      load->bytes += got;
      c->used += (int)got;
      c->head[c->used] = 0;
      char *end = strstr(c->head, "\r\n\r\n");
      if (!end) {
        if (c->used >= HEAD_ROOM - 1) return -1;
        continue;
      }
      end[2] = 0;
      char *length = strcasestr(c->head, "\r\ncontent-length:");
      if (strncmp(c->head, "HTTP/1.1 200", 12) || !length) return -1;
      c->body = atol(length + 17) - (c->used - (end + 4 - c->head));
    } else {
      size_t want = c->body < (long)sizeof trash ? (size_t)c->body : sizeof trash;
      ssize_t got = recv(c->fd, trash, want, MSG_DONTWAIT);
      if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
      load->bytes += got;
      c->body -= got;
    }
    if (c->body == 0) return 1;
    if (c->body < 0) return -1;
  }
}

static int ascending(const void *a, const void *b) {
  int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
  return x < y ? -1 : x > y;
}

int cbare_load_run(struct cbare_load *load) {
  int poller = epoll_create1(EPOLL_CLOEXEC);
  struct client *clients = calloc((size_t)load->connections, sizeof *clients);
  int32_t *times = malloc(sizeof *times * MOST_TIMES);
  struct epoll_event events[256];
  for (int k = 0; k < load->connections; k++) {
    if ((clients[k].fd = connect_to(load->port)) < 0) return -1;
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)k};
    epoll_ctl(poller, EPOLL_CTL_ADD, clients[k].fd, &event);
  }
  load->requests = load->errors = load->bytes = 0;
  int64_t began = cbare_now_ns(), end = began + (int64_t)load->milliseconds * 1000000;
  int64_t every = load->rate > 0 ? 1000000000 / load->rate : 0;
  long sent = 0;
  int result = 0;
  for (int k = 0; !every && k < load->connections; k++) {
    if (!ask(&clients[k], load, sent++, cbare_now_ns())) result = -1;
  }
  while (!result) {
    int64_t now = cbare_now_ns();
    if (now >= end) break;
    // What is due and finds no free connection waits for one, and the clock runs.
    for (int k = 0; every && k < load->connections && began + every * sent <= now; k++) {
      if (!clients[k].busy && !ask(&clients[k], load, sent, began + every * sent)) result = -1;
      if (clients[k].busy && clients[k].due == began + every * sent) sent++;
    }
    struct timespec wait = {0};
    int64_t left = every && began + every * sent > now ? began + every * sent - now : every ? 200000 : 50000000;
    wait.tv_nsec = (long)(left < end - now ? left : end - now);
    int count = epoll_pwait2(poller, events, 256, &wait, NULL);
    for (int k = 0; k < count; k++) {
      struct client *c = &clients[events[k].data.u32];
      int got = take(c, load);
      if (!got) continue;
      now = cbare_now_ns();
      if (got < 0) {
        // A connection that cannot be had again ends the run.
        load->errors++;
        epoll_ctl(poller, EPOLL_CTL_DEL, c->fd, NULL);
        close(c->fd);
        if ((c->fd = connect_to(load->port)) < 0) { result = -1; break; }
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = events[k].data.u32};
        epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event);
      } else if (load->requests < MOST_TIMES) {
        times[load->requests++] = (int32_t)((now - c->due) / 1000);
      }
      c->busy = 0;
      if (!every && now < end && !ask(c, load, sent++, now)) result = -1;
    }
  }
  load->wall_ns = cbare_now_ns() - began;
  qsort(times, (size_t)load->requests, sizeof *times, ascending);
  if (load->requests) {
    load->median_us = times[load->requests / 2];
    load->p99_us = times[load->requests * 99 / 100];
    load->worst_us = times[load->requests - 1];
  }
  for (int k = 0; k < load->connections; k++) close(clients[k].fd);
  close(poller);
  free(clients);
  free(times);
  return result;
}
