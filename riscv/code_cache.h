//===- code_cache.h - Decoded instructions ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A cache of decoded instructions, by pages of 4 KiB. After `check` (fence.i),
// pages whose bytes have changed are decoded again.
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

  /// The slot of the instruction at `pc`; null if its page is not the current
  /// one. A slot whose `execute` is null is not yet decoded.
  Instruction *find(uint64_t pc) {
    return (pc ^ base_) < page_bytes ? current_ + (pc % page_bytes) / 2
                                     : nullptr;
  }

  /// Makes the page of `pc` current. `bytes`: the page's contents as far as
  /// memory reaches, and up to 2 bytes of the next page.
  void enter(uint64_t pc, const uint8_t *bytes, size_t count);

  /// Code may have changed: pages are compared before their next use.
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
