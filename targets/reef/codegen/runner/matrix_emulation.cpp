//===- matrix_emulation.cpp - A matrix unit where there is none -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/runner/matrix_emulation.h"

#include "targets/reef/codegen/runner/signals.h"

namespace landfall::reef::runner {

namespace {

constexpr uint32_t illegal = 0xffffffff;
constexpr uint64_t most_edge = 64;

/// The unit's state, and the code as it was.
struct Unit {
  uint64_t edge, tm, tn, tk;
  float tiles[4][most_edge][most_edge];
  const uint8_t *code;
  uint8_t *original;
  size_t bytes;
};
Unit unit;

uint32_t field(uint32_t word, int low, int bits) {
  return word >> low & ((1u << bits) - 1);
}

bool is_set_type(uint32_t word) { // sf.vsettnt: a widening in vsetvli's type
  return (word & 0x8000707f) == 0x7057 && field(word, 29, 2) != 0;
}
bool is_set_length(uint32_t word) { // sf.vsettn, vsettm, vsettk
  return (word & 0xffc0707f) == 0x84007057;
}
bool is_zero(uint32_t word) { return (word & 0xfffff0ff) == 0x43e06057; }
bool is_discard(uint32_t word) { return word == 0x43c06057; }
bool is_load(uint32_t word) { return (word & 0xfe007fff) == 0x52007007; }
bool is_store(uint32_t word) { return (word & 0xfe007fff) == 0x52007027; }
bool is_multiply(uint32_t word) { return (word & 0xfe0070ff) == 0xf2001077; }

bool is_known(uint32_t word) {
  return is_set_type(word) || is_set_length(word) || is_zero(word) ||
         is_discard(word) || is_load(word) || is_store(word) ||
         is_multiply(word);
}

/// The vector register file as it is now, and bytes of one register.
struct Registers {
  alignas(64) uint8_t bytes[32 * 256];
  uint64_t length;
};

void read_registers(Registers &registers) {
  asm volatile(".option push\n"
               ".option arch, +v\n"
               "csrr %0, vlenb\n"
               ".option pop\n"
               : "=r"(registers.length));
  uint8_t *to = registers.bytes;
  uint64_t step = registers.length * 8;
  asm volatile(".option push\n"
               ".option arch, +v\n"
               "vs8r.v v0, (%0)\n"
               "add %0, %0, %1\n"
               "vs8r.v v8, (%0)\n"
               "add %0, %0, %1\n"
               "vs8r.v v16, (%0)\n"
               "add %0, %0, %1\n"
               "vs8r.v v24, (%0)\n"
               ".option pop\n"
               : "+r"(to)
               : "r"(step)
               : "memory");
}

void multiply(uint32_t word) {
  static Registers registers;
  read_registers(registers);
  require(unit.tk == 1, Failure::input);
  auto group = [&](uint32_t number) {
    return reinterpret_cast<const float *>(registers.bytes +
                                           number * registers.length);
  };
  const float *column = group(field(word, 20, 5));
  const float *row = group(field(word, 15, 5));
  auto &tile = unit.tiles[field(word, 10, 2)];
  for (uint64_t m = 0; m < unit.tm; ++m)
    for (uint64_t n = 0; n < unit.tn; ++n)
      tile[m][n] = __builtin_fmaf(column[m], row[n], tile[m][n]);
}

/// A row or a column of a tile to or from memory.
void move(uint64_t subset, float *memory, bool load) {
  auto &tile = unit.tiles[subset >> 29 & 3];
  bool is_column = (subset >> 24 & 7) == 1;
  uint64_t index = subset & 0xffffff;
  require(index < unit.edge, Failure::input);
  for (uint64_t k = 0; k < unit.tn; ++k) {
    float &element = is_column ? tile[k][index] : tile[index][k];
    if (load)
      element = memory[k];
    else
      memory[k] = element;
  }
}

uint64_t grant(uint64_t wanted) {
  return wanted < unit.edge ? wanted : unit.edge;
}

void execute(uint32_t word, uint64_t *x) {
  uint64_t first = x[field(word, 15, 5)], second = x[field(word, 20, 5)];
  if (is_set_type(word) || is_set_length(word)) {
    uint64_t *length = &unit.tn;
    if (is_set_length(word) && field(word, 20, 5) > 0)
      length = field(word, 20, 5) == 1 ? &unit.tm : &unit.tk;
    *length = length == &unit.tk ? (first < 1 ? first : 1) : grant(first);
    if (uint32_t rd = field(word, 7, 5))
      x[rd] = *length;
  } else if (is_multiply(word)) {
    multiply(word);
  } else if (is_zero(word)) {
    __builtin_memset(unit.tiles[field(word, 10, 2)], 0, sizeof(unit.tiles[0]));
  } else if (is_load(word) || is_store(word)) {
    move(second, reinterpret_cast<float *>(first), is_load(word));
  }
}

void on_illegal(uint64_t *x, uint64_t) {
  uint64_t pc = x[0], at = pc - reinterpret_cast<uint64_t>(unit.code);
  require(at < unit.bytes, Failure::instruction);
  uint32_t word;
  __builtin_memcpy(&word, unit.original + at, sizeof(word));
  require(is_known(word), Failure::instruction);
  x[0] = 0; // As x0.
  execute(word, x);
  x[0] = pc + 4;
}

} // namespace

void install_matrix_unit(uint64_t edge) {
  require(edge <= most_edge, Failure::input);
  unit.edge = edge;
  handle<on_illegal>(Signal::illegal_instruction);
}

void replace_matrix_instructions(uint8_t *code, size_t bytes) {
  unit.code = code;
  unit.bytes = bytes;
  unit.original = map_pages(bytes + 1, read_write);
  __builtin_memcpy(unit.original, code, bytes);
  for (size_t at = 0; at + 2 <= bytes;) {
    bool is_long = (code[at] & 3) == 3;
    uint32_t word = 0;
    if (is_long && at + 4 <= bytes)
      __builtin_memcpy(&word, code + at, sizeof(word));
    if (is_known(word))
      __builtin_memcpy(code + at, &illegal, sizeof(illegal));
    at += is_long ? 4 : 2;
  }
}

} // namespace landfall::reef::runner
