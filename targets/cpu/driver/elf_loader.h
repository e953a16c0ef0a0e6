//===- elf_loader.h - Loading machine code ---------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/elf_image.h"

#include <memory>

namespace landfall::cpu {

/// A code section (runtime/elf_image.h) mapped into this process: no page is
/// both writable and executable.
class LoadedCode {
public:
  /// Copies the file into memory.
  static Result<std::unique_ptr<LoadedCode>>
  load(std::span<const uint8_t> file);
  ~LoadedCode();
  LoadedCode(const LoadedCode &) = delete;
  LoadedCode &operator=(const LoadedCode &) = delete;

  /// The address of an exported function, or null.
  void *function(std::string_view name) const;

private:
  explicit LoadedCode(runtime::ElfImage image) : image_(std::move(image)) {}
  Status map();
  Status protect(uint64_t page);

  runtime::ElfImage image_;
  uint8_t *base_ = nullptr;
};

} // namespace landfall::cpu
