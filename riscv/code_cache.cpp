//===- code_cache.cpp - Decoded instructions --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/code_cache.h"

#include <algorithm>

using namespace landfall::riscv;

void CodeCache::enter(uint64_t pc, const uint8_t *bytes, size_t count) {
  std::unique_ptr<Page> &page = pages_[pc / page_bytes];
  if (!page)
    page = std::make_unique<Page>();
  if (page->checked != age_) {
    if (!std::equal(page->bytes.begin(), page->bytes.end(), bytes,
                    bytes + count)) {
      page->bytes.assign(bytes, bytes + count);
      page->slots.assign(page_bytes / 2, {});
    }
    page->checked = age_;
  }
  base_ = pc / page_bytes * page_bytes;
  current_ = page->slots.data();
}

void CodeCache::check() {
  ++age_;
  base_ = ~0ull;
}
