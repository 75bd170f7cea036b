// libcurl. Its option setters are variadic C, which Swift cannot call: one typed wrapper for each kind of argument.
#ifndef MT4_CLIBCURL_SHIM_H
#define MT4_CLIBCURL_SHIM_H
#include <curl/curl.h>
// What drives it: Swift's Glibc module leaves these out.
#include <sys/epoll.h>
#include <sys/eventfd.h>
// How many heaps the process has (Bridge/ProcessHeaps.swift).
#include <malloc.h>
typedef size_t (*mt4_curl_write_callback)(char *, size_t, size_t, void *);
static inline CURLcode mt4_curl_set_long(CURL *h, CURLoption o, long v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode mt4_curl_set_string(CURL *h, CURLoption o, const char *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode mt4_curl_set_pointer(CURL *h, CURLoption o, void *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode mt4_curl_set_offset(CURL *h, CURLoption o, curl_off_t v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode mt4_curl_set_write(CURL *h, CURLoption o, mt4_curl_write_callback v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode mt4_curl_get_long(CURL *h, CURLINFO i, long *v) { return curl_easy_getinfo(h, i, v); }
static inline CURLcode mt4_curl_get_offset(CURL *h, CURLINFO i, curl_off_t *v) { return curl_easy_getinfo(h, i, v); }
static inline CURLcode mt4_curl_get_pointer(CURL *h, CURLINFO i, void **v) { return curl_easy_getinfo(h, i, v); }
static inline CURLMcode mt4_curl_multi_set_long(CURLM *h, CURLMoption o, long v) { return curl_multi_setopt(h, o, v); }
static inline CURLMcode mt4_curl_multi_set_pointer(CURLM *h, CURLMoption o, void *v) { return curl_multi_setopt(h, o, v); }
typedef int (*mt4_curl_socket_callback)(CURL *, curl_socket_t, int, void *, void *);
typedef int (*mt4_curl_timer_callback)(CURLM *, long, void *);
static inline CURLcode mt4_curl_set_open_socket(CURL *h, curl_opensocket_callback v) { return curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, v); }
static inline CURLcode mt4_curl_set_close_socket(CURL *h, curl_closesocket_callback v) { return curl_easy_setopt(h, CURLOPT_CLOSESOCKETFUNCTION, v); }
static inline CURLcode mt4_curl_set_prereq(CURL *h, curl_prereq_callback v) { return curl_easy_setopt(h, CURLOPT_PREREQFUNCTION, v); }
static inline CURLMcode mt4_curl_multi_set_socket(CURLM *h, mt4_curl_socket_callback v) { return curl_multi_setopt(h, CURLMOPT_SOCKETFUNCTION, v); }
static inline CURLMcode mt4_curl_multi_set_timer(CURLM *h, mt4_curl_timer_callback v) { return curl_multi_setopt(h, CURLMOPT_TIMERFUNCTION, v); }
// The result of a finished transfer, so that nobody has to read a C union.
static inline CURLcode mt4_curl_message_result(const CURLMsg *m) { return m->data.result; }
#endif
