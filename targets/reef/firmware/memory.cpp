//===- memory.cpp - What the compiler may call ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Built with -fno-builtin: these loops must not become calls of themselves.
// Words need no alignment here.
//
//===----------------------------------------------------------------------===//
#include <stddef.h>
#include <stdint.h>

extern "C" void *memcpy(void *destination, const void *source, size_t bytes) {
  auto *to = static_cast<uint8_t *>(destination);
  auto *from = static_cast<const uint8_t *>(source);
  for (; bytes >= sizeof(uint64_t); bytes -= sizeof(uint64_t)) {
    *reinterpret_cast<uint64_t *>(to) =
        *reinterpret_cast<const uint64_t *>(from);
    to += sizeof(uint64_t);
    from += sizeof(uint64_t);
  }
  for (size_t i = 0; i < bytes; ++i)
    to[i] = from[i];
  return destination;
}

extern "C" void *memset(void *destination, int value, size_t bytes) {
  auto *to = static_cast<uint8_t *>(destination);
  uint64_t word = static_cast<uint8_t>(value) * 0x0101'0101'0101'0101;
  for (; bytes >= sizeof(uint64_t); bytes -= sizeof(uint64_t)) {
    *reinterpret_cast<uint64_t *>(to) = word;
    to += sizeof(uint64_t);
  }
  for (size_t i = 0; i < bytes; ++i)
    to[i] = static_cast<uint8_t>(value);
  return destination;
}
