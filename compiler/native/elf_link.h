//===- elf_link.h - Objects to one loadable image --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace landfall::native {

/// A name that a symbol of the objects has in the image.
struct Alias {
  std::string name;
  std::string symbol;
};

/// Links object files into a position-independent ELF shared object without
/// dependencies; undefined symbols are an error. Thread-safe: as lld is not
/// re-entrant, links of one process are serialized by a mutex.
Result<std::vector<uint8_t>>
link_image(std::span<const std::span<const uint8_t>> objects,
           std::span<const Alias> aliases);

} // namespace landfall::native
