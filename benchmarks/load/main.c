#include "load.h"

#include <sys/resource.h>
#include <unistd.h>

enum { AT_ONCE = 50 }; /* handshakes under way: a listen queue is short */

const char *folder;
int port;
unsigned count, opened;
bool held;

/* As many files as the system lets its users have: a socket is one. */
static void allow_many_files(void)
{
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

static void open_all(void)
{
    unsigned begun = 0;
    while (opened < count) {
        while (begun < count && begun - opened < AT_ONCE) begin(begun++);
        turn(100);
    }
    puts("open");
}

static void obey(void)
{
    char line[256], mode[8];
    unsigned lanes;
    double seconds, patience;
    if (!fgets(line, sizeof line, stdin)) exit(0);
    if (sscanf(line, "publish %7s %u %lf %lf", mode, &lanes, &seconds, &patience) == 4)
        run_publishing(mode, lanes, seconds, patience);
    else if (held && sscanf(line, "subscribe %lf", &patience) == 1) run_subscribing(patience);
    else fail("no command: %s", line);
}

int main(int argc, char **argv)
{
    if (argc < 4) fail("load PORT FOLDER COUNT [held]");
    port = atoi(argv[1]);
    folder = argv[2];
    count = (unsigned)atoi(argv[3]);
    held = argc > 4;
    setvbuf(stdout, NULL, _IOLBF, 0);
    allow_many_files();
    read_clients();
    open_all();
    watch(STDIN_FILENO, COMMAND, 0);
    for (;;)
        if (turn(-1)) obey();
}
