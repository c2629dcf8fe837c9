/* Many subscribers and their publisher in one process, on one clock (Linux: epoll, CLOCK_MONOTONIC).

       load PORT FOLDER COUNT [held]

   opens COUNT WebSockets to 127.0.0.1:PORT/graphql, each with one subscription. FOLDER/sockets has
   two lines for each: its connection_init and its subscribe, as JSON. It says `open`, and then obeys
   what stdin tells it:

       publish all|each LANES SECONDS PATIENCE

   sends the requests of FOLDER/requests (each behind a line with its length) over LANES kept
   connections. all: everybody hears every one, and the next is sent when they have. each: number i
   is heard by socket i, and the next is sent as soon as a connection is free. After SECONDS no
   more are sent; PATIENCE seconds later it stops waiting.

       subscribe PATIENCE

   (held only) everybody subscribes at once, and hears one event.

   Either is answered by `told PUBLISHED HEARD WALL_NS CPU_NS` (CPU: its own). FOLDER/times then has
   two 64-bit numbers for each delivery, when it was published and when it was heard, in ns;
   FOLDER/answers the answers to the requests, a line each; FOLDER/frame the last message. What
   nobody expects ends it with `failed WHY`. */
#ifndef LOAD_H
#define LOAD_H

#define _GNU_SOURCE
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum kind { SOCKET, PUBLISHER, COMMAND };

struct text { char *at; size_t size; };

extern const char *folder;
extern int port;
extern unsigned count, opened; /* sockets: wanted, and acknowledged */
extern bool held;

/* parts.c: what every program needs */
void fail(const char *why, ...) __attribute__((noreturn, format(printf, 1, 2)));
void *room(size_t size);
uint64_t clock_ns(clockid_t clock);
FILE *file(const char *name, const char *mode);
struct text whole(const char *name);

/* loop.c: waiting for what comes */
void watch(int fd, enum kind kind, unsigned index);
int dial(unsigned source);
void put(int fd, const void *at, size_t size);
bool turn(int milliseconds); /* whether there is a command */

/* client.c: the subscribers' sockets */
void read_clients(void);
void begin(unsigned index);
void listen_to(unsigned index);
void subscribe(unsigned index);

/* round.c: one command */
void hear(unsigned index, const char *payload, size_t size);
void answered(unsigned index);
void run_publishing(const char *mode, unsigned wanted, double seconds, double patience);
void run_subscribing(double patience);

#endif
