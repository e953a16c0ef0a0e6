//===- system.h - Linux from a program without a C library -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// What the test runner asks of the operating system, which under user-mode
// emulation is the host's. Whatever fails ends the program.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace landfall::reef::runner {

/// Exit statuses, for who reads the test's log.
enum class Failure : int {
  input = 2,       ///< A file or a request is cut short or damaged.
  output = 3,      ///< Results cannot be written.
  memory = 4,      ///< No memory to be had.
  instruction = 5, ///< An unknown instruction.
};

inline long system_call(long number, long a = 0, long b = 0, long c = 0,
                        long d = 0, long e = 0, long f = 0) {
  register long a0 asm("a0") = a;
  register long a1 asm("a1") = b;
  register long a2 asm("a2") = c;
  register long a3 asm("a3") = d;
  register long a4 asm("a4") = e;
  register long a5 asm("a5") = f;
  register long a7 asm("a7") = number;
  asm volatile("ecall"
               : "+r"(a0)
               : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7)
               : "memory");
  return a0;
}

[[noreturn]] inline void leave(int status) {
  for (;;)
    system_call(93, status);
}
inline void require(bool condition, Failure failure) {
  if (!condition)
    leave(static_cast<int>(failure));
}

inline int open_for_reading(const char *path) {
  constexpr long at_working_directory = -100;
  long file =
      system_call(56, at_working_directory, reinterpret_cast<long>(path), 0);
  require(file >= 0, Failure::input);
  return static_cast<int>(file);
}

/// The number of bytes read: fewer than asked for at the end only.
inline size_t read_some(int file, void *to, size_t bytes) {
  size_t done = 0;
  while (done < bytes) {
    long now = system_call(63, file, reinterpret_cast<long>(to) + long(done),
                           long(bytes - done));
    require(now >= 0, Failure::input);
    if (now == 0)
      break;
    done += size_t(now);
  }
  return done;
}
inline void read_all(int file, void *to, size_t bytes) {
  require(read_some(file, to, bytes) == bytes, Failure::input);
}
inline void write_all(int file, const void *from, size_t bytes) {
  for (size_t done = 0; done < bytes;) {
    long now = system_call(64, file, reinterpret_cast<long>(from) + long(done),
                           long(bytes - done));
    require(now > 0, Failure::output);
    done += size_t(now);
  }
}

enum Protection : int { no_access = 0, read_write = 3, read_write_execute = 7 };

/// Whole pages of zeros; at `place`, or wherever there is room.
inline uint8_t *map_pages(size_t bytes, Protection protection,
                          uint64_t place = 0) {
  constexpr long private_anonymous = 0x22, fixed = 0x10;
  long flags = private_anonymous | (place ? fixed : 0);
  long address =
      system_call(222, long(place), long(bytes), protection, flags, -1, 0);
  require(address > 0, Failure::memory);
  return reinterpret_cast<uint8_t *>(address);
}
inline void unmap_pages(uint8_t *pages, size_t bytes) {
  system_call(215, reinterpret_cast<long>(pages), long(bytes));
}
inline void protect_pages(uint8_t *pages, size_t bytes, Protection protection) {
  require(system_call(226, reinterpret_cast<long>(pages), long(bytes),
                      protection) == 0,
          Failure::memory);
}

} // namespace landfall::reef::runner
