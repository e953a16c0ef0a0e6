//===- elf_image.h - A checked ELF loader ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace landfall::runtime {

/// The machine that code is for, in ELF's numbers.
struct ElfMachine {
  uint16_t number;              ///< EM_*
  uint32_t relative_relocation; ///< R_*_RELATIVE
};

/// A loadable segment of the image and its permissions.
struct ElfSegment {
  uint64_t address;
  uint64_t bytes;
  uint64_t file_offset;
  uint64_t file_bytes; ///< The rest is zero.
  bool readable, writable, executable;
};

/// A position-independent ELF shared object, loaded without the system's
/// dynamic linker: no symbols are resolved from outside, and no constructors
/// run. A malformed file is refused (invalid_package); the machine code in a
/// well-formed one is trusted. Call `read`, then `place`, then `function`.
class ElfImage {
public:
  /// Refuses other machines, undefined symbols, dependencies, thread-local
  /// data, relocations other than the base-relative one, and segments that
  /// share a page of `page_bytes`. `file` must stay valid until `place`
  /// returns.
  static Result<ElfImage> read(std::span<const uint8_t> file,
                               ElfMachine machine, uint64_t page_bytes);

  uint64_t bytes() const { return bytes_; } ///< The memory it needs.
  std::span<const ElfSegment> segments() const { return segments_; }

  /// Copies the segments to `memory` and relocates them to run at `address`.
  /// `memory` is `bytes()` zeros and must outlive the image.
  Status place(uint8_t *memory, uint64_t address);

  /// The address of an exported function, relative to the image; after `place`.
  std::optional<uint64_t> function(std::string_view name) const;

private:
  struct Tables {
    uint64_t hash = 0, symbols = 0, strings = 0, strings_size = 0;
    uint64_t relocations = 0, relocations_size = 0;
  };
  enum Access { any, read_only, data };

  Status read_segments();
  Status add_segment(uint64_t header_offset);
  Status read_dynamic();
  Status add_dynamic(int64_t tag, uint64_t value);
  Status relocate(uint64_t address);
  Status read_symbols();
  bool lies_in(uint64_t address, uint64_t size, Access access) const;
  template <typename T> Result<T> in_file(uint64_t offset) const;
  template <typename T> T at(uint64_t address) const;
  uint64_t symbol(uint32_t index) const;
  std::string_view symbol_name(uint32_t index) const;

  std::span<const uint8_t> file_;
  ElfMachine machine_ = {};
  uint64_t page_ = 1;
  uint64_t bytes_ = 0;
  std::vector<ElfSegment> segments_;
  uint64_t dynamic_ = 0; ///< Address and size of the dynamic section.
  uint64_t dynamic_size_ = 0;
  uint8_t *memory_ = nullptr; ///< Set by `place`.
  // Once placed, all checked to lie in segments that nothing writes.
  Tables tables_;
  uint32_t bucket_count_ = 0;
  uint32_t symbol_count_ = 0;
};

} // namespace landfall::runtime
