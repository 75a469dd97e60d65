/* Preloaded into a real redis-server, this turns its clock: the time is what a file of eight bytes says, microseconds since
   1970 in the machine's byte order. Clocks that only measure how long something took go on as they are. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static uint64_t now(void) {
    static const volatile uint64_t *clock;
    if (clock == NULL) {
        const char *path = getenv("SLOTSCOPE_CLOCK");
        int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
        void *mapped = file < 0 ? MAP_FAILED : mmap(NULL, sizeof(uint64_t), PROT_READ, MAP_SHARED, file, 0);
        if (mapped == MAP_FAILED) _exit(70);
        close(file);
        clock = mapped;
    }
    return *clock;
}

int clock_gettime(clockid_t which, struct timespec *at) {
    if (which != CLOCK_REALTIME && which != CLOCK_REALTIME_COARSE) return (int)syscall(SYS_clock_gettime, which, at);
    uint64_t micros = now();
    at->tv_sec = (time_t)(micros / 1000000);
    at->tv_nsec = (long)(micros % 1000000) * 1000;
    return 0;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
    (void)zone;
    uint64_t micros = now();
    at->tv_sec = (time_t)(micros / 1000000);
    at->tv_usec = (suseconds_t)(micros % 1000000);
    return 0;
}

time_t time(time_t *at) {
    time_t seconds = (time_t)(now() / 1000000);
    if (at != NULL) *at = seconds;
    return seconds;
}
