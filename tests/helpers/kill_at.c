/* Preloaded into a process, it kills that process before a chosen one of its operations on files. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long count, limit = -1;

void kill_at(long operation) {
  count = 0;
  limit = operation;
}

long operations(void) { return count; }

static void step(void) {
  if (limit >= 0 && ++count == limit) {
    kill(getpid(), SIGKILL);
    pause();
  }
}

#define REAL(name)                 \
  static __typeof__(name) *real;   \
  if (!real) real = dlsym(RTLD_NEXT, #name)

#define OPENER(name)                        \
  int name(const char *path, int flags, ...) { \
    REAL(name);                             \
    va_list rest;                           \
    va_start(rest, flags);                  \
    int mode = va_arg(rest, int);           \
    va_end(rest);                           \
    if (flags & O_CREAT) step();            \
    return real(path, flags, mode);         \
  }

OPENER(open)
OPENER(open64)

int rename(const char *from, const char *to) {
  REAL(rename);
  step();
  return real(from, to);
}

int unlink(const char *path) {
  REAL(unlink);
  step();
  return real(path);
}

int fsync(int file) {
  REAL(fsync);
  step();
  return real(file);
}

int fdatasync(int file) {
  REAL(fdatasync);
  step();
  return real(file);
}

ssize_t write(int file, const void *bytes, size_t length) {
  REAL(write);
  if (file > 2) step();
  return real(file, bytes, length);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t at) {
  REAL(pwrite64);
  step();
  return real(file, bytes, length, at);
}

int ftruncate64(int file, off64_t length) {
  REAL(ftruncate64);
  step();
  return real(file, length);
}
