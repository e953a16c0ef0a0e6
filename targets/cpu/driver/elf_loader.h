//===- elf_loader.h - Machine code into memory -----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace landfall::cpu {

/// A position-independent ELF shared object mapped into this process, without
/// the system's dynamic linker: nothing is resolved from outside, no
/// constructor runs, no page is both writable and executable. A malformed
/// image is refused; the code in a well-formed one is trusted.
class ElfImage {
public:
  /// Copies the file into memory. Refuses (invalid_package) other machines,
  /// undefined symbols, dependencies, thread-local data, and relocations other
  /// than the base-relative one.
  static Result<std::unique_ptr<ElfImage>> load(std::span<const uint8_t> file);
  ~ElfImage();
  ElfImage(const ElfImage &) = delete;
  ElfImage &operator=(const ElfImage &) = delete;

  /// The address of an exported function, or null.
  void *function(std::string_view name) const;

private:
  friend class ElfLoader;
  ElfImage() = default;

  template <typename T> T at(uint64_t address) const;
  uint64_t symbol(uint32_t index) const;
  std::string_view symbol_name(uint32_t index) const;

  uint8_t *base_ = nullptr;
  uint64_t size_ = 0; ///< Of the mapping.
  // Image addresses, all checked to lie in read-only segments.
  uint64_t hash_ = 0;
  uint64_t symbols_ = 0;
  uint64_t strings_ = 0;
  uint64_t strings_size_ = 0;
  uint32_t bucket_count_ = 0;
  uint32_t symbol_count_ = 0;
  uint64_t code_begin_ = 0;
  uint64_t code_end_ = 0;
};

} // namespace landfall::cpu
