/* A disk that fails as it is told, under one file of one process (LD_PRELOAD).
 *
 * FAILING_FILE  part of the name of the files it is about
 * FAILING_HOW   a file with one word, read anew at every call; empty or absent: all is well
 *
 *   eio_write  enospc  eio_fsync   the call fails with that error
 *   slow_fsync                     a second and a half longer
 *   die_before_write               kill -9 before the write that holds this very word
 *   die_torn                       half of that write is done, then kill -9
 *   die_after_fsync                that write is on the disk, then kill -9
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static int told(char *how, int size) {
    const char *path = getenv("FAILING_HOW");
    int fd = path ? open(path, O_RDONLY) : -1;
    if (fd < 0) return 0;
    ssize_t got = read(fd, how, size - 1);
    close(fd);
    how[got > 0 ? got : 0] = 0;
    return got > 0;
}

static int meant(int fd, char *how, int size) {
    char link[64], name[4096];
    int kept = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t got = readlink(link, name, sizeof name - 1);
    name[got > 0 ? got : 0] = 0;
    const char *file = getenv("FAILING_FILE");
    int yes = file && strstr(name, file) && told(how, size);
    errno = kept;
    return yes;
}

static int marked;

static int write_fails(int fd, const void *from, size_t n, int *torn) {
    char how[64];
    *torn = 0;
    if (!meant(fd, how, sizeof how)) return 0;
    if (!strcmp(how, "eio_write")) { errno = EIO; return 1; }
    if (!strcmp(how, "enospc")) { errno = ENOSPC; return 1; }
    if (!memmem(from, n, how, strlen(how))) return 0;
    marked = 1;
    if (!strcmp(how, "die_before_write")) kill(getpid(), SIGKILL);
    *torn = !strcmp(how, "die_torn");
    return 0;
}

#define REAL(name) if (!real) real = dlsym(RTLD_NEXT, name)

static ssize_t at(ssize_t (*real)(int, const void *, size_t, off_t), int fd, const void *from, size_t n, off_t where) {
    int torn;
    if (write_fails(fd, from, n, &torn)) return -1;
    if (torn) { real(fd, from, n / 2, where); kill(getpid(), SIGKILL); }
    return real(fd, from, n, where);
}

ssize_t pwrite(int fd, const void *from, size_t n, off_t where) {
    static ssize_t (*real)(int, const void *, size_t, off_t);
    REAL("pwrite");
    return at(real, fd, from, n, where);
}

ssize_t pwrite64(int fd, const void *from, size_t n, off_t where) {
    static ssize_t (*real)(int, const void *, size_t, off_t);
    REAL("pwrite64");
    return at(real, fd, from, n, where);
}

ssize_t write(int fd, const void *from, size_t n) {
    static ssize_t (*real)(int, const void *, size_t);
    int torn;
    REAL("write");
    if (write_fails(fd, from, n, &torn)) return -1;
    if (torn) { real(fd, from, n / 2); kill(getpid(), SIGKILL); }
    return real(fd, from, n);
}

static int synced(int (*real)(int), int fd) {
    char how[64];
    int yes = meant(fd, how, sizeof how);
    if (yes && !strcmp(how, "eio_fsync")) { errno = EIO; return -1; }
    if (yes && !strcmp(how, "slow_fsync")) {
        struct timespec more = {1, 500000000};
        nanosleep(&more, NULL);
    }
    int found = real(fd);
    if (yes && marked && !strcmp(how, "die_after_fsync")) kill(getpid(), SIGKILL);
    return found;
}

int fsync(int fd) {
    static int (*real)(int);
    REAL("fsync");
    return synced(real, fd);
}

int fdatasync(int fd) {
    static int (*real)(int);
    REAL("fdatasync");
    return synced(real, fd);
}
