//===- glibc_floor.cpp - Programs for an older glibc than the machine's ---===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Linked into every portable library and program (packaging/CMakeLists.txt). A
// linker binds a reference to the newest version of a symbol that this
// machine's glibc has; older systems lack it. Every such symbol that is
// referenced, also by the archives that are linked, is defined here, hidden,
// over what glibc 2.28 has (Debian 10, RHEL 8). tools/distribution.py refuses a
// result that needs a newer version, and names the symbol.
//
//===----------------------------------------------------------------------===//
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <malloc.h>
#include <pthread.h>
#include <sys/random.h>
#include <sys/stat.h>

// Functions whose older version takes the same arguments: a jump to that one.
// Those of threads and of dynamic linking were in libraries of their own, which
// every portable file therefore needs.
#define OLDER(name, version)                                                   \
  __asm__(".pushsection .text." #name ",\"ax\",@progbits\n"                    \
          ".symver older_" #name ", " #name "@GLIBC_" version "\n"             \
          ".globl " #name "\n.hidden " #name "\n.type " #name                  \
          ", @function\n" #name ": jmpq *older_" #name "@GOTPCREL(%rip)\n"     \
          ".size " #name ", .-" #name "\n.popsection\n");

OLDER(exp, "2.2.5")
OLDER(exp2, "2.2.5")
OLDER(log, "2.2.5")
OLDER(log2, "2.2.5")
OLDER(pow, "2.2.5")
OLDER(dladdr, "2.2.5")
OLDER(dlclose, "2.2.5")
OLDER(dlerror, "2.2.5")
OLDER(dlopen, "2.2.5")
OLDER(dlsym, "2.2.5")
OLDER(pthread_attr_setstacksize, "2.2.5")
OLDER(pthread_create, "2.2.5")
OLDER(pthread_detach, "2.2.5")
OLDER(pthread_getname_np, "2.12")
OLDER(pthread_getspecific, "2.2.5")
OLDER(pthread_join, "2.2.5")
OLDER(pthread_key_create, "2.2.5")
OLDER(pthread_key_delete, "2.2.5")
OLDER(pthread_once, "2.2.5")
OLDER(pthread_rwlock_destroy, "2.2.5")
OLDER(pthread_rwlock_init, "2.2.5")
OLDER(pthread_rwlock_rdlock, "2.2.5")
OLDER(pthread_rwlock_unlock, "2.2.5")
OLDER(pthread_rwlock_wrlock, "2.2.5")
OLDER(pthread_setname_np, "2.12")
OLDER(pthread_setspecific, "2.2.5")
OLDER(pthread_sigmask, "2.2.5")
OLDER(shm_open, "2.2.5")
OLDER(shm_unlink, "2.2.5")

#define HIDDEN __attribute__((visibility("hidden")))

// What became a function of its own in glibc 2.33, over the functions that are
// given the layout of the result.
#define STATUS_LAYOUT 1
extern "C" {
int __xstat(int layout, const char *path, struct stat *status);
int __lxstat(int layout, const char *path, struct stat *status);
int __fxstat(int layout, int file, struct stat *status);

__asm__(".symver __xstat, __xstat@GLIBC_2.2.5\n"
        ".symver __lxstat, __lxstat@GLIBC_2.2.5\n"
        ".symver __fxstat, __fxstat@GLIBC_2.2.5\n");

HIDDEN int stat(const char *path, struct stat *status) noexcept {
  return __xstat(STATUS_LAYOUT, path, status);
}
HIDDEN int lstat(const char *path, struct stat *status) noexcept {
  return __lxstat(STATUS_LAYOUT, path, status);
}
HIDDEN int fstat(int file, struct stat *status) noexcept {
  return __fxstat(STATUS_LAYOUT, file, status);
}
// The same on a processor of 64 bits.
HIDDEN int stat64(const char *path, struct stat64 *status) noexcept {
  return __xstat(STATUS_LAYOUT, path, reinterpret_cast<struct stat *>(status));
}
HIDDEN int lstat64(const char *path, struct stat64 *status) noexcept {
  return __lxstat(STATUS_LAYOUT, path, reinterpret_cast<struct stat *>(status));
}
HIDDEN int fstat64(int file, struct stat64 *status) noexcept {
  return __fxstat(STATUS_LAYOUT, file, reinterpret_cast<struct stat *>(status));
}

/// glibc 2.30. The deadline is moved to the clock that the older function
/// waits by, as libstdc++ does where glibc lacks this one.
HIDDEN int pthread_cond_clockwait(pthread_cond_t *condition,
                                  pthread_mutex_t *mutex, clockid_t clock,
                                  const timespec *deadline) {
  constexpr int64_t second = 1'000'000'000;
  timespec now, wall;
  if (clock_gettime(clock, &now) != 0)
    return EINVAL;
  clock_gettime(CLOCK_REALTIME, &wall);
  int64_t nanoseconds = (deadline->tv_sec - now.tv_sec + wall.tv_sec) * second +
                        deadline->tv_nsec - now.tv_nsec + wall.tv_nsec;
  if (nanoseconds < 0)
    nanoseconds = 0;
  timespec moved = {time_t(nanoseconds / second), long(nanoseconds % second)};
  return pthread_cond_timedwait(condition, mutex, &moved);
}

/// glibc 2.36.
HIDDEN uint32_t arc4random() noexcept {
  uint32_t value = 0;
  return getrandom(&value, sizeof value, 0) == sizeof value ? value : 0;
}

/// glibc 2.33; the older one counts modulo 4 GiB. LLVM reports it only.
HIDDEN struct mallinfo2 mallinfo2() noexcept {
  struct mallinfo found = mallinfo();
  struct mallinfo2 result = {};
  result.arena = unsigned(found.arena);
  result.hblkhd = unsigned(found.hblkhd);
  result.uordblks = unsigned(found.uordblks);
  result.fordblks = unsigned(found.fordblks);
  return result;
}

/// glibc 2.32. False: libstdc++ counts references atomically.
HIDDEN char __libc_single_threaded = 0;

/// Archives that are not position independent refer to these variables of
/// glibc as if they were their own. Nothing of Landfall's changes them.
extern FILE _IO_2_1_stdout_, _IO_2_1_stderr_;
HIDDEN FILE *stdout = &_IO_2_1_stdout_;
HIDDEN FILE *stderr = &_IO_2_1_stderr_;

#if defined(LANDFALL_PORTABLE_PROGRAM)

// Until glibc 2.34, a program brought the function that calls its constructors.
using Constructor = void (*)(int, char **, char **);
extern HIDDEN Constructor __preinit_array_start[], __preinit_array_end[];
extern HIDDEN Constructor __init_array_start[], __init_array_end[];
extern char **environ;
void _init();

static void construct(int count, char **arguments, char **environment) {
  for (Constructor *at = __preinit_array_start; at != __preinit_array_end; ++at)
    (*at)(count, arguments, environment);
  _init();
  for (Constructor *at = __init_array_start; at != __init_array_end; ++at)
    (*at)(count, arguments, environment);
}

int older_main(int (*main)(int, char **, char **), int count, char **arguments,
               Constructor construct, void (*destroy)(), void (*finish)(),
               void *stack);
__asm__(".symver older_main, __libc_start_main@GLIBC_2.2.5");

HIDDEN int __libc_start_main(int (*main)(int, char **, char **), int count,
                             char **arguments, Constructor, void (*)(),
                             void (*finish)(), void *stack) {
  return older_main(main, count, arguments, construct, nullptr, finish, stack);
}

#endif
}
