/* WebSockets as thin as they can be (RFC 6455), and graphql-transport-ws on them. */
#include "load.h"

#include <errno.h>
#include <sys/socket.h>

enum { BUFFER = 1 << 20, LONGEST = 1 << 16, SHOWN = 300 };
enum { TEXT = 1, CLOSE = 8, PING = 9, PONG = 10 };
enum { FINAL = 0x80, MASKED = 0x80, MEDIUM = 126 };

static struct client {
    int fd;
    bool upgraded;
    struct text init, subscribe, rest;
} *clients;

void read_clients(void)
{
    char *at = whole("sockets").at;
    clients = room(sizeof *clients * count);
    for (unsigned i = 0; i < count * 2; i++) {
        struct text *line = i % 2 ? &clients[i / 2].subscribe : &clients[i / 2].init;
        char *end = strchr(at, '\n');
        if (!end) fail("FOLDER/sockets has fewer than %u lines", count * 2);
        *line = (struct text){at, (size_t)(end - at)};
        at = end + 1;
    }
}

void begin(unsigned index)
{
    static const char upgrade[] =
        "GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n";
    clients[index].fd = dial(index);
    watch(clients[index].fd, SOCKET, index);
    put(clients[index].fd, upgrade, sizeof upgrade - 1);
}

/* A frame, masked with zeros, which changes nothing. */
static void say(struct client *to, int opcode, const char *payload, size_t size)
{
    unsigned char frame[LONGEST + 8] = {(unsigned char)(FINAL | opcode)};
    size_t head = size < MEDIUM ? 2 : 4;
    if (size >= LONGEST) fail("a message of %zu bytes is too long", size);
    frame[1] = (unsigned char)(MASKED | (size < MEDIUM ? size : MEDIUM));
    if (head == 4) frame[2] = (unsigned char)(size >> 8), frame[3] = (unsigned char)size;
    memset(frame + head, 0, 4);
    memcpy(frame + head + 4, payload, size);
    put(to->fd, frame, head + 4 + size);
}

void subscribe(unsigned index)
{
    struct client *here = &clients[index];
    say(here, TEXT, here->subscribe.at, here->subscribe.size);
}

/* Whether the message's first `type` is this one. */
static bool is(const char *payload, size_t size, const char *type)
{
    const char *key = memmem(payload, size, "\"type\"", 6), *end = payload + size;
    size_t length = strlen(type);
    if (!key) return false;
    for (key += 6; key < end && (*key == ':' || *key == ' '); key++) {}
    return (size_t)(end - key) > length + 1 && key[length + 1] == '"'
           && !memcmp(key + 1, type, length);
}

static void acknowledged(unsigned index)
{
    opened++;
    if (!held) subscribe(index);
}

static void take(unsigned index, int opcode, const char *payload, size_t size)
{
    struct client *here = &clients[index];
    int shown = (int)(size < SHOWN ? size : SHOWN);
    if (opcode == PING) say(here, PONG, payload, size);
    else if (opcode == CLOSE) fail("socket %u is closed: %.*s", index, shown > 2 ? shown - 2 : 0, payload + 2);
    else if (opcode != TEXT) fail("socket %u gets a frame of kind %d", index, opcode);
    else if (is(payload, size, "next")) hear(index, payload, size);
    else if (is(payload, size, "ping")) say(here, TEXT, "{\"type\":\"pong\"}", 15);
    else if (is(payload, size, "connection_ack")) acknowledged(index);
    else fail("socket %u: %.*s", index, shown, payload);
}

/* How many bytes the whole frame at the beginning of `data` has taken; 0: it is not all there. */
static size_t frame(unsigned index, const unsigned char *data, size_t size)
{
    if (size < 2) return 0;
    size_t length = data[1], head = 2;
    if (length >= MEDIUM) {
        head = length == MEDIUM ? 4 : 10;
        if (size < head) return 0;
        length = 0;
        for (size_t i = 2; i < head; i++) length = length << 8 | data[i];
    }
    if (length > BUFFER / 2) fail("a frame of %zu bytes is too long", length);
    if (size < head + length) return 0;
    if (!(data[0] & FINAL)) fail("socket %u gets a fragment", index);
    take(index, data[0] & 0x0f, (const char *)data + head, length);
    return head + length;
}

/* How many bytes of the handshake's answer have been taken. */
static size_t upgraded(struct client *here, const char *data, size_t size)
{
    const char *end = memmem(data, size, "\r\n\r\n", 4);
    if (!end) return 0;
    if (size < 12 || memcmp(data + 9, "101", 3)) fail("no upgrade: %.*s", 12, data);
    here->upgraded = true;
    say(here, TEXT, here->init.at, here->init.size);
    return (size_t)(end + 4 - data);
}

void listen_to(unsigned index)
{
    static char data[BUFFER];
    struct client *here = &clients[index];
    size_t size = here->rest.size, used = 0, step;
    if (size) memcpy(data, here->rest.at, size);
    ssize_t got = recv(here->fd, data + size, sizeof data - size, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) fail("socket %u is lost: %s", index, got ? strerror(errno) : "end of stream");
    size += (size_t)got;
    if (!here->upgraded) used = upgraded(here, data, size);
    while (here->upgraded && (step = frame(index, (unsigned char *)data + used, size - used)))
        used += step;
    free(here->rest.at);
    here->rest = (struct text){NULL, size - used};
    if (size > used) here->rest.at = memcpy(room(size - used), data + used, size - used);
}
