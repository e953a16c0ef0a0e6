//===- memory.cpp - What the compiler may call ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Built with -fno-builtin: these loops must not become calls of themselves.
//
//===----------------------------------------------------------------------===//
#include <stddef.h>
#include <stdint.h>

extern "C" void *memcpy(void *destination, const void *source, size_t bytes) {
  auto *to = static_cast<uint8_t *>(destination);
  auto *from = static_cast<const uint8_t *>(source);
  for (size_t i = 0; i < bytes; ++i)
    to[i] = from[i];
  return destination;
}

extern "C" void *memset(void *destination, int value, size_t bytes) {
  auto *to = static_cast<uint8_t *>(destination);
  for (size_t i = 0; i < bytes; ++i)
    to[i] = static_cast<uint8_t>(value);
  return destination;
}
