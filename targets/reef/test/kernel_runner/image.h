//===- image.h - A code section in the runner's memory ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/test/kernel_runner/system.h"

namespace landfall::reef::runner {

/// Maps a code section (package/native_abi.h) made by our own linker, with its
/// relative relocations applied. It is trusted: a test made it a moment ago.
class Image {
public:
  explicit Image(const char *path);
  /// The address of an exported function; null if there is none.
  void *function(const char *name) const;

private:
  struct Symbol {
    uint32_t name;
    uint8_t info, other;
    uint16_t section;
    uint64_t value, size;
  };
  void load(const uint8_t *file);
  void relocate(const uint8_t *dynamic);

  uint8_t *base_ = nullptr;
  const Symbol *symbols_ = nullptr;
  const char *names_ = nullptr;
  uint32_t symbol_count_ = 0;
};

} // namespace landfall::reef::runner
