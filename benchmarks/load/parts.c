#include "load.h"

#include <errno.h>
#include <stdarg.h>

void fail(const char *why, ...)
{
    va_list told;
    va_start(told, why);
    fputs("failed ", stdout);
    vprintf(why, told);
    va_end(told);
    putchar('\n');
    exit(1);
}

void *room(size_t size)
{
    void *made = calloc(1, size ? size : 1);
    if (!made) fail("out of memory");
    return made;
}

uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

FILE *file(const char *name, const char *mode)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *found = fopen(path, mode);
    if (!found) fail("%s: %s", path, strerror(errno));
    return found;
}

struct text whole(const char *name)
{
    FILE *from = file(name, "rb");
    fseek(from, 0, SEEK_END);
    struct text all = {.size = (size_t)ftell(from)};
    rewind(from);
    all.at = room(all.size + 1);
    if (fread(all.at, 1, all.size, from) != all.size) fail("%s cannot be read", name);
    fclose(from);
    return all;
}
