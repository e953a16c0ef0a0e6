//===- truncations.cpp - A workaround for a bug of qemu -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/test/kernel_runner/truncations.h"

#include "targets/reef/test/kernel_runner/system.h"

namespace landfall::reef::runner {

namespace {

constexpr int words_per_stub = 6;

/// vf(n|w)cvt.rtz: unary OPFVV number 1, whose vs1 field says which.
bool is_truncation(uint32_t word) {
  uint32_t which = word >> 15 & 31;
  return (word & 0xfc00707f) == 0x48001057 && (which & 6) == 6 && which < 24;
}
uint32_t with_mode_of_frm(uint32_t word) { return word - (6 << 15); }

uint32_t load_word(const uint8_t *at) {
  uint32_t word;
  __builtin_memcpy(&word, at, sizeof(word));
  return word;
}
void store_word(uint8_t *at, uint32_t word) {
  __builtin_memcpy(at, &word, sizeof(word));
}

/// Calls found(address) for every truncation.
template <typename Found>
void for_each_truncation(const uint8_t *code, size_t bytes, Found found) {
  for (size_t at = 0; at + 2 <= bytes;) {
    bool is_long = (code[at] & 3) == 3;
    if (is_long && at + 4 <= bytes && is_truncation(load_word(code + at)))
      found(at);
    at += is_long ? 4 : 2;
  }
}

/// jal zero, to - from
uint32_t jump(const uint8_t *from, const uint8_t *to) {
  int64_t distance = to - from;
  require(distance < (1 << 20) && distance >= -(1 << 20), Failure::memory);
  uint32_t d = uint32_t(distance);
  return (d >> 20 & 1) << 31 | (d >> 1 & 0x3ff) << 21 | (d >> 11 & 1) << 20 |
         (d & 0xff000) | 0x6f;
}

} // namespace

size_t stub_bytes(const uint8_t *code, size_t bytes) {
  size_t count = 0;
  for_each_truncation(code, bytes, [&](size_t) { ++count; });
  return count * words_per_stub * sizeof(uint32_t);
}

void replace_truncations(uint8_t *code, size_t bytes, uint8_t *stubs) {
  for_each_truncation(code, bytes, [&](size_t at) {
    uint32_t original = load_word(code + at);
    store_word(code + at, jump(code + at, stubs));
    const uint32_t words[] = {
        0xfea13823, // sd a0, -16(sp); below sp is unused
        0x0020d573, // fsrmi a0, 1: towards zero
        with_mode_of_frm(original),
        0x00251073, // fsrm a0
        0xff013503, // ld a0, -16(sp)
    };
    for (uint32_t word : words) {
      store_word(stubs, word);
      stubs += sizeof(word);
    }
    store_word(stubs, jump(stubs, code + at + 4));
    stubs += sizeof(uint32_t);
  });
}

} // namespace landfall::reef::runner
