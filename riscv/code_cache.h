//===- code_cache.h - Decoded instructions ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Instructions are decoded once, by pages of 4 KiB. Code that changes is seen
// after `check`, which keeps a page whose bytes are what they were.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/instruction.h"

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <vector>

namespace landfall::riscv {

class CodeCache {
public:
  static constexpr uint64_t page_bytes = 4096;

  /// The slot of the instruction at `pc`, null if its page is not at hand. A
  /// slot whose `execute` is null has yet to be decoded.
  Instruction *find(uint64_t pc) {
    return (pc ^ base_) < page_bytes ? current_ + (pc % page_bytes) / 2
                                     : nullptr;
  }

  /// Makes the page of `pc` current. `bytes` are those from its beginning on
  /// that memory has, at most a page and the 2 bytes after.
  void enter(uint64_t pc, const uint8_t *bytes, size_t count);

  /// From now on, code may be other than it was.
  void check();

private:
  struct Page {
    uint64_t checked = 0;
    std::vector<uint8_t> bytes;
    std::vector<Instruction> slots;
  };
  uint64_t base_ = ~0ull;
  Instruction *current_ = nullptr;
  uint64_t age_ = 1;
  std::unordered_map<uint64_t, std::unique_ptr<Page>> pages_;
};

} // namespace landfall::riscv
