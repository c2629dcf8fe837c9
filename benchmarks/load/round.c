#include "load.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_LANES = 16, LONGEST = 1 << 16, SHOWN = 300 };

struct delivery { uint64_t published, heard; };

static struct lane { int fd; bool busy; size_t filled; char answer[LONGEST]; } lane[MOST_LANES];

static struct {
    bool on, each;
    unsigned lanes, total, published, answered, heard;
    struct text *requests;
    uint64_t *started;           /* when each was published */
    unsigned *by;                /* how many each socket has heard */
    struct delivery *deliveries;
    FILE *answers;
} now_on; /* the round */

static struct text last;

void hear(unsigned index, const char *payload, size_t size)
{
    uint64_t now = clock_ns(CLOCK_MONOTONIC);
    if (!now_on.on) fail("socket %u hears what was not published", index);
    unsigned number = now_on.each ? index + now_on.by[index] * count : now_on.by[index];
    if (number >= now_on.published) fail("socket %u hears too much", index);
    if (memmem(payload, size, "\"errors\"", 8)) fail("%.*s", (int)(size < SHOWN ? size : SHOWN), payload);
    now_on.deliveries[now_on.heard++] = (struct delivery){now_on.started[number], now};
    now_on.by[index]++;
    if (size > last.size && !(last.at = realloc(last.at, size))) fail("out of memory");
    memcpy(last.at, payload, last.size = size);
}

/* Before the clock starts: a connection that was left alone for seconds has been closed. */
static void connected(unsigned index)
{
    if (lane[index].fd >= 0) return;
    lane[index].fd = dial(0);
    watch(lane[index].fd, PUBLISHER, index);
}

static void publish(unsigned index)
{
    struct text *request = &now_on.requests[now_on.published];
    connected(index);
    lane[index].busy = true;
    now_on.started[now_on.published++] = clock_ns(CLOCK_MONOTONIC);
    put(lane[index].fd, request->at, request->size);
}

static void left(struct lane *here)
{
    if (here->busy) fail("the publisher's connection is lost");
    close(here->fd);
    here->fd = -1;
}

void answered(unsigned index)
{
    struct lane *here = &lane[index];
    ssize_t got = recv(here->fd, here->answer + here->filled, LONGEST - 1 - here->filled, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        left(here);
        return;
    }
    here->answer[here->filled += (size_t)got] = 0;
    char *body = strstr(here->answer, "\r\n\r\n");
    if (!body) return;
    char *length = strcasestr(here->answer, "content-length:");
    if (!length || length > body || memcmp(here->answer + 9, "200", 3))
        fail("publishing: %.*s", SHOWN, here->answer);
    if (here->answer + here->filled < body + 4 + atol(length + 15)) return;
    fprintf(now_on.answers, "%s\n", body + 4);
    now_on.answered++;
    here->filled = 0;
    here->busy = false;
}

static unsigned expected(void)
{
    return now_on.published * (now_on.each ? 1 : count);
}

static bool over(void)
{
    return now_on.published == now_on.total && now_on.heard == expected()
           && (!now_on.lanes || now_on.answered == now_on.published);
}

static void publish_what_is_due(void)
{
    for (unsigned i = 0; i < now_on.lanes && now_on.published < now_on.total; i++)
        if (!lane[i].busy && (now_on.each || now_on.heard == expected())) publish(i);
}

static void keep(const char *name, const void *at, size_t size)
{
    FILE *to = file(name, "wb");
    if (fwrite(at, 1, size, to) != size || fclose(to)) fail("%s cannot be written", name);
}

/* `seconds`: no more is published after them; `patience`: nor waited for, so much later. */
static void run(double seconds, double patience)
{
    uint64_t began = clock_ns(CLOCK_MONOTONIC), cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID), now = began;
    uint64_t last_call = began + (uint64_t)(seconds * 1e9);
    uint64_t end = last_call + (uint64_t)(patience * 1e9);
    size_t most = (size_t)now_on.total * (now_on.each ? 1 : count);
    now_on.deliveries = room(sizeof *now_on.deliveries * most);
    now_on.by = room(sizeof *now_on.by * count);
    now_on.heard = now_on.answered = 0;
    now_on.on = true;
    while (!over() && now < end) {
        if (now >= last_call) now_on.total = now_on.published;
        publish_what_is_due();
        turn(100);
        now = clock_ns(CLOCK_MONOTONIC);
    }
    now_on.on = false;
    cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    keep("times", now_on.deliveries, sizeof *now_on.deliveries * now_on.heard);
    keep("frame", last.at, last.size);
    if (now_on.answers && fclose(now_on.answers)) fail("answers cannot be written");
    printf("told %u %u %ju %ju\n", now_on.published, now_on.heard, (uintmax_t)(now - began), (uintmax_t)cpu);
    free(now_on.deliveries), free(now_on.by);
}

static void read_requests(struct text all)
{
    unsigned most = 0;
    now_on.total = 0;
    for (char *at = all.at, *body; at < all.at + all.size;) {
        if (now_on.total == most) {
            most += 1024;
            now_on.requests = realloc(now_on.requests, sizeof *now_on.requests * most);
            if (!now_on.requests) fail("out of memory");
        }
        size_t size = strtoul(at, &body, 10);
        now_on.requests[now_on.total++] = (struct text){++body, size};
        at = body + size;
    }
}

void run_publishing(const char *mode, unsigned wanted, double seconds, double patience)
{
    struct text all = whole("requests");
    memset(&now_on, 0, sizeof now_on);
    read_requests(all);
    for (; now_on.lanes < wanted && now_on.lanes < MOST_LANES; now_on.lanes++)
        lane[now_on.lanes] = (struct lane){.fd = -1};
    now_on.each = !strcmp(mode, "each");
    now_on.started = room(sizeof *now_on.started * now_on.total);
    now_on.answers = file("answers", "wb");
    run(seconds, patience);
    while (now_on.lanes--)
        if (lane[now_on.lanes].fd >= 0) close(lane[now_on.lanes].fd);
    free(now_on.started), free(now_on.requests), free(all.at);
}

void run_subscribing(double patience)
{
    uint64_t now = clock_ns(CLOCK_MONOTONIC);
    memset(&now_on, 0, sizeof now_on);
    now_on.started = &now;
    now_on.published = now_on.total = 1;
    for (unsigned i = 0; i < count; i++) subscribe(i);
    run(0, patience);
}
