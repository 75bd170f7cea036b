// The bare loop: what polling costs when nothing is done with the replies; and, with a journal, what it takes at least to
// see a loss, to write that down and to send something.
#define _GNU_SOURCE
#include "cbare.h"
#include <curl/curl.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

static volatile sig_atomic_t stopping;
static void on_stop(int s) { (void)s; stopping = 1; }

struct endpoint {
  CURL *easy;
  char base[64];
  int step, round, has_loss, acted;
  int64_t began;
};

static int poller, interval;
static int64_t timer = -1;
static CURLM *multi;
static struct endpoint *endpoints, **waiting;
static int first_waiting, count_waiting, count_endpoints, journal = -1;
static struct curl_slist *headers;

static size_t drop(char *bytes, size_t size, size_t count, void *context) {
  (void)bytes, (void)context;
  return size * count;
}

// Looks for the loss of a breach where it stands in the text; a reply comes in one piece.
static size_t look(char *bytes, size_t size, size_t count, void *context) {
  struct endpoint *e = context;
  static const char loss[] = "\"profit\":-1500.00";
  if (memmem(bytes, size * count, loss, sizeof loss - 1)) e->has_loss = 1;
  return size * count;
}

// What is to be written and synced, and what has been: by a thread of its own, since while a disk stands still the others
// have to be polled, or their breaches would never be seen and never be counted.
static struct { struct endpoint **list; int count; } asked, written;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t something = PTHREAD_COND_INITIALIZER;
static int bell;

static void *keep(void *context) {
  (void)context;
  char line[1024];
  memset(line, 'x', sizeof line);
  struct endpoint **batch = calloc((size_t)count_endpoints, sizeof *batch);
  for (;;) {
    pthread_mutex_lock(&turn);
    while (!asked.count) pthread_cond_wait(&something, &turn);
    int count = asked.count;
    memcpy(batch, asked.list, (size_t)count * sizeof *batch);
    asked.count = 0;
    pthread_mutex_unlock(&turn);
    for (int k = 0; k < count; k++) {
      if (write(journal, line, sizeof line) != sizeof line) { perror("journal"); exit(1); }
    }
    if (fdatasync(journal)) { perror("journal"); exit(1); }
    pthread_mutex_lock(&turn);
    for (int k = 0; k < count; k++) written.list[written.count++] = batch[k];
    pthread_mutex_unlock(&turn);
    eventfd_write(bell, 1);
  }
  return NULL;
}

static void start_journal(const char *path) {
  pthread_t thread;
  asked.list = calloc((size_t)count_endpoints, sizeof *asked.list);
  written.list = calloc((size_t)count_endpoints, sizeof *written.list);
  journal = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  bell = eventfd(0, EFD_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = bell};
  if (journal < 0 || bell < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, bell, &event)
    || pthread_create(&thread, NULL, keep, NULL)) { perror(path); exit(1); }
}

// A kilobyte, durable, before the close.
static void act(struct endpoint *e) {
  e->acted = 1;
  pthread_mutex_lock(&turn);
  asked.list[asked.count++] = e;
  pthread_cond_signal(&something);
  pthread_mutex_unlock(&turn);
}

// The close, on a connection of its own.
static void post(struct endpoint *e) {
  char url[96];
  CURL *easy = curl_easy_init();
  snprintf(url, sizeof url, "%s/positions/close", e->base);
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "{\"ticket\":1000}");
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 5000L);
  curl_multi_add_handle(multi, easy);
}

static void post_all(void) {
  eventfd_t rung;
  eventfd_read(bell, &rung);
  pthread_mutex_lock(&turn);
  for (int k = 0; k < written.count; k++) post(written.list[k]);
  written.count = 0;
  pthread_mutex_unlock(&turn);
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *known) {
  (void)easy, (void)context;
  struct epoll_event event = {.data.fd = fd};
  if (what == CURL_POLL_REMOVE) return epoll_ctl(poller, EPOLL_CTL_DEL, fd, &event), 0;
  if (what & CURL_POLL_IN) event.events |= EPOLLIN;
  if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
  epoll_ctl(poller, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
  curl_multi_assign(multi, fd, (void *)1);
  return 0;
}

static int want_time(CURLM *m, long milliseconds, void *context) {
  (void)m, (void)context;
  timer = milliseconds < 0 ? -1 : cbare_now_ns() + milliseconds * 1000000LL;
  return 0;
}

static void ask(struct endpoint *e) {
  static const char *paths[] = {"/positions", "/account", "/orders"};
  char url[96];
  snprintf(url, sizeof url, "%s%s", e->base, paths[e->step]);
  curl_easy_setopt(e->easy, CURLOPT_URL, url);
  curl_multi_add_handle(multi, e->easy);
}

static void wait_for_turn(struct endpoint *e) {
  waiting[(first_waiting + count_waiting++) % count_endpoints] = e;
}

static void ended(void) {
  int left;
  CURLMsg *message;
  while ((message = curl_multi_info_read(multi, &left))) {
    struct endpoint *e;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&e);
    if (!e) {
      CURL *post = message->easy_handle;
      curl_multi_remove_handle(multi, post);
      curl_easy_cleanup(post);
      continue;
    }
    curl_multi_remove_handle(multi, e->easy);
    if (e->has_loss && e->step == 1 && !e->acted) act(e);
    int last = e->round % 5 == 0 ? 2 : 1;
    if (e->step < last) {
      e->step++;
      ask(e);
    } else {
      e->step = 0;
      e->round++;
      wait_for_turn(e);
    }
  }
}

int cbare_poll_run(int port, int first, int agents, int interval_ms, const char *journal_path) {
  struct sigaction stop = {.sa_handler = on_stop};
  sigaction(SIGTERM, &stop, NULL);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  multi = curl_multi_init();
  poller = epoll_create1(0);
  interval = interval_ms;
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, want_socket);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, want_time);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)agents + 16);
  count_endpoints = agents;
  endpoints = calloc((size_t)agents, sizeof *endpoints);
  waiting = calloc((size_t)agents, sizeof *waiting);
  if (journal_path) start_journal(journal_path);
  headers = curl_slist_append(NULL, "Accept: application/json");
  int64_t start = cbare_now_ns(), every = (int64_t)interval_ms * 1000000;
  for (int k = 0; k < agents; k++) {
    struct endpoint *e = &endpoints[k];
    int i = first + k;
    snprintf(e->base, sizeof e->base, "http://127.%d.%d.%d:%d", 1 + i / 62500, i / 250 % 250, 1 + i % 250, port);
    e->began = start - every + every * k / agents;
    e->round = k;
    e->easy = curl_easy_init();
    curl_easy_setopt(e->easy, CURLOPT_PRIVATE, e);
    curl_easy_setopt(e->easy, CURLOPT_WRITEFUNCTION, journal < 0 ? drop : look);
    curl_easy_setopt(e->easy, CURLOPT_WRITEDATA, e);
    curl_easy_setopt(e->easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(e->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e->easy, CURLOPT_TIMEOUT_MS, 5000L);
    wait_for_turn(e);
  }
  struct epoll_event events[256];
  while (!stopping) {
    int64_t now = cbare_now_ns();
    while (count_waiting && waiting[first_waiting]->began + every <= now) {
      struct endpoint *e = waiting[first_waiting];
      first_waiting = (first_waiting + 1) % count_endpoints;
      count_waiting--;
      e->began = now;
      ask(e);
    }
    int64_t next = now + 1000000000;
    if (count_waiting && waiting[first_waiting]->began + every < next) next = waiting[first_waiting]->began + every;
    if (timer >= 0 && timer < next) next = timer;
    int64_t left = next > now ? (next - now + 999999) / 1000000 : 0;
    int count = epoll_wait(poller, events, 256, (int)left), running;
    for (int k = 0; k < count; k++) {
      if (journal >= 0 && events[k].data.fd == bell) {
        post_all();
        continue;
      }
      int flags = 0;
      if (events[k].events & EPOLLIN) flags |= CURL_CSELECT_IN;
      if (events[k].events & EPOLLOUT) flags |= CURL_CSELECT_OUT;
      if (events[k].events & (EPOLLERR | EPOLLHUP)) flags |= CURL_CSELECT_ERR;
      curl_multi_socket_action(multi, events[k].data.fd, flags, &running);
    }
    if (timer >= 0 && timer <= cbare_now_ns()) {
      timer = -1;
      curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    ended();
  }
  return 0;
}
