//===- inject.cpp - Calls of the system that fail -------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "test/faults/inject.h"

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

// The C library's allocator by its other names: looking it up would allocate.
// NOLINTBEGIN(bugprone-reserved-identifier): glibc gives them these names.
extern "C" void *__libc_malloc(size_t);
extern "C" void *__libc_calloc(size_t, size_t);
extern "C" void *__libc_realloc(void *, size_t);
extern "C" void *__libc_memalign(size_t, size_t);
// NOLINTEND(bugprone-reserved-identifier)

namespace {

using landfall::faults::Calls;

std::atomic<bool> is_armed;
std::atomic<Calls> armed_calls;
std::atomic<uint64_t> number_that_fails, calls_so_far;
std::atomic<bool> later_ones_too;

/// Counts a call; whether it fails.
bool fails(Calls calls) {
  if (!is_armed.load(std::memory_order_acquire) || armed_calls != calls)
    return false;
  uint64_t number = ++calls_so_far, first = number_that_fails;
  return first != 0 && (number == first || (number > first && later_ones_too));
}

bool fails(Calls calls, int reason) {
  bool does = fails(calls);
  if (does)
    errno = reason;
  return does;
}

/// The C library's function of this name.
template <typename Function> Function *real(Function *, const char *name) {
  return reinterpret_cast<Function *>(dlsym(RTLD_NEXT, name));
}

/// The mode argument of open, if there is one.
mode_t mode_of(int flags, va_list arguments) {
  bool creates = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return creates ? va_arg(arguments, mode_t) : 0;
}

} // namespace

namespace landfall::faults {

void arm(Calls calls, uint64_t number, bool goes_on) {
  armed_calls = calls;
  number_that_fails = number;
  later_ones_too = goes_on;
  calls_so_far = 0;
  is_armed.store(true, std::memory_order_release);
}

uint64_t disarm() {
  is_armed = false;
  return calls_so_far;
}

} // namespace landfall::faults

#define REAL(function)                                                         \
  static auto *const next =                                                    \
      real(static_cast<decltype(&function)>(nullptr), #function)

#pragma GCC visibility push(default) // They replace the C library's.
extern "C" {

//===--- Memory -----------------------------------------------------------===//

void *malloc(size_t bytes) {
  return fails(Calls::memory, ENOMEM) ? nullptr : __libc_malloc(bytes);
}
void *calloc(size_t count, size_t bytes) {
  return fails(Calls::memory, ENOMEM) ? nullptr : __libc_calloc(count, bytes);
}
void *realloc(void *old, size_t bytes) {
  return fails(Calls::memory, ENOMEM) ? nullptr : __libc_realloc(old, bytes);
}
void *memalign(size_t alignment, size_t bytes) {
  return fails(Calls::memory, ENOMEM) ? nullptr
                                      : __libc_memalign(alignment, bytes);
}
void *aligned_alloc(size_t alignment, size_t bytes) {
  return memalign(alignment, bytes);
}
int posix_memalign(void **memory, size_t alignment, size_t bytes) {
  *memory = memalign(alignment, bytes);
  return *memory ? 0 : ENOMEM;
}

void *mmap(void *address, size_t bytes, int protection, int flags,
           int descriptor, off_t offset) {
  REAL(mmap);
  return fails(Calls::memory, ENOMEM)
             ? MAP_FAILED
             : next(address, bytes, protection, flags, descriptor, offset);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                   void *(*start)(void *), void *argument) {
  REAL(pthread_create);
  return fails(Calls::memory) ? EAGAIN
                              : next(thread, attributes, start, argument);
}

//===--- Files ------------------------------------------------------------===//

int open(const char *path, int flags, ...) {
  REAL(open);
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return fails(Calls::files, EMFILE) ? -1 : next(path, flags, mode);
}
ssize_t read(int descriptor, void *bytes, size_t count) {
  REAL(read);
  return fails(Calls::files, EIO) ? -1 : next(descriptor, bytes, count);
}
ssize_t write(int descriptor, const void *bytes, size_t count) {
  REAL(write);
  return fails(Calls::files, ENOSPC) ? -1 : next(descriptor, bytes, count);
}
int fsync(int descriptor) {
  REAL(fsync);
  return fails(Calls::files, EIO) ? -1 : next(descriptor);
}
int rename(const char *from, const char *to) {
  REAL(rename);
  return fails(Calls::files, EACCES) ? -1 : next(from, to);
}
int linkat(int from, const char *old_path, int to, const char *new_path,
           int flags) {
  REAL(linkat);
  return fails(Calls::files, EPERM) ? -1
                                    : next(from, old_path, to, new_path, flags);
}
int stat(const char *path, struct stat *status) {
  static auto *const next =
      reinterpret_cast<int (*)(const char *, struct stat *)>(
          dlsym(RTLD_NEXT, "stat"));
  return fails(Calls::files, EIO) ? -1 : next(path, status);
}
int fstat(int descriptor, struct stat *status) {
  REAL(fstat);
  return fails(Calls::files, EIO) ? -1 : next(descriptor, status);
}
int fchmod(int descriptor, mode_t mode) {
  REAL(fchmod);
  return fails(Calls::files, EPERM) ? -1 : next(descriptor, mode);
}
int ftruncate(int descriptor, off_t size) {
  REAL(ftruncate);
  return fails(Calls::files, ENOSPC) ? -1 : next(descriptor, size);
}
int memfd_create(const char *name, unsigned flags) {
  REAL(memfd_create);
  return fails(Calls::files, EMFILE) ? -1 : next(name, flags);
}
int socketpair(int domain, int type, int protocol, int ends[2]) {
  REAL(socketpair);
  return fails(Calls::files, EMFILE) ? -1 : next(domain, type, protocol, ends);
}
int posix_spawn(pid_t *process, const char *path,
                const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const arguments[],
                char *const environment[]) {
  REAL(posix_spawn);
  return fails(Calls::files)
             ? EAGAIN
             : next(process, path, actions, attributes, arguments, environment);
}
}
#pragma GCC visibility pop
