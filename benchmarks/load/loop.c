#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { PER_ADDRESS = 5000 }; /* sockets of one source address: ephemeral ports are few */
enum { BATCH = 256 };

static int poller = -1;

void watch(int fd, enum kind kind, unsigned index)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)kind << 32 | index};
    if (poller < 0) poller = epoll_create1(0);
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event)) fail("epoll: %s", strerror(errno));
}

/* A connection for socket number `source`. Blocks while it connects, which to a listening port of
   this machine takes no time. */
int dial(unsigned source)
{
    struct sockaddr_in here = {.sin_family = AF_INET}, there = here;
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK + source / PER_ADDRESS);
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    there.sin_port = htons((uint16_t)port);
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof here)
        || connect(fd, (struct sockaddr *)&there, sizeof there) || fcntl(fd, F_SETFL, O_NONBLOCK))
        fail("connecting number %u: %s", source, strerror(errno));
    return fd;
}

/* What is sent is small and answered: a full buffer means that nobody reads. */
void put(int fd, const void *at, size_t size)
{
    if (send(fd, at, size, MSG_NOSIGNAL) != (ssize_t)size) fail("sending: %s", strerror(errno));
}

bool turn(int milliseconds)
{
    struct epoll_event events[BATCH];
    bool commanded = false;
    int ready = epoll_wait(poller, events, BATCH, milliseconds);
    for (int i = 0; i < ready; i++) {
        unsigned index = (unsigned)events[i].data.u64;
        switch ((enum kind)(events[i].data.u64 >> 32)) {
        case SOCKET: listen_to(index); break;
        case PUBLISHER: answered(index); break;
        case COMMAND: commanded = true; break;
        }
    }
    return commanded;
}
