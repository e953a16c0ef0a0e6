//===- matrix_emulation.cpp - Emulation of the matrix unit ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/test/kernel_runner/matrix_emulation.h"

#include "targets/reef/test/kernel_runner/signals.h"

namespace landfall::reef::runner {

namespace {

constexpr uint32_t illegal = 0xffffffff;
constexpr uint64_t max_edge = 64;

/// An accumulator's element.
union Sum {
  float real;
  uint32_t whole;
};

/// The unit's state, and the original instructions. 16-bit tiles are separate
/// from the 32-bit ones; products are of f32 or bytes.
struct Unit {
  uint64_t edge, tm, tn, tk;
  uint32_t width_log; ///< Of operands, in bytes.
  Sum tiles[4][max_edge][max_edge];
  uint16_t half_tiles[16][max_edge][max_edge];
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
bool is_move(uint32_t word, uint32_t match) { // Of 16 bits, of 32.
  uint32_t rest = word & 0xfe007fff;
  return rest == (0x32000000 | match) || rest == (0x52000000 | match);
}
bool is_load(uint32_t word) { return is_move(word, 0x7007); }
bool is_store(uint32_t word) { return is_move(word, 0x7027); }
bool is_multiply_bytes(uint32_t word) { // By whether a and b have signs.
  return (word & 0xfa00707f) == 0xf2000077;
}
bool is_multiply(uint32_t word) {
  return (word & 0xfe0070ff) == 0xf2001077 || is_multiply_bytes(word);
}

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

int32_t extend(uint8_t byte, bool is_signed) {
  return is_signed ? int32_t(int8_t(byte)) : int32_t(byte);
}

void multiply(uint32_t word) {
  static Registers registers;
  read_registers(registers);
  auto operand = [&](int low, uint64_t step) {
    uint64_t apart = unit.width_log == 0 ? 2 : 8;
    return registers.bytes +
           (field(word, low, 5) + step * apart) * registers.length;
  };
  auto &tile = unit.tiles[field(word, 10, 2)];
  for (uint64_t k = 0; k < unit.tk; ++k) {
    const uint8_t *column = operand(20, k), *row = operand(15, k);
    auto *reals = reinterpret_cast<const float *>(column);
    auto *lanes = reinterpret_cast<const float *>(row);
    for (uint64_t m = 0; m < unit.tm; ++m)
      for (uint64_t n = 0; n < unit.tn; ++n)
        if (is_multiply_bytes(word))
          tile[m][n].whole += uint32_t(extend(column[m], field(word, 26, 1)) *
                                       extend(row[n], field(word, 7, 1)));
        else
          tile[m][n].real = __builtin_fmaf(reals[m], lanes[n], tile[m][n].real);
  }
}

/// A row or a column of a tile to or from memory.
template <typename Element>
void move(Element (&tile)[max_edge][max_edge], uint64_t subset, Element *memory,
          bool load) {
  bool is_column = (subset >> 24 & 7) == 1;
  uint64_t index = subset & 0xffffff;
  require(index < unit.edge, Failure::input);
  for (uint64_t k = 0; k < unit.tn; ++k) {
    Element &element = is_column ? tile[k][index] : tile[index][k];
    if (load)
      element = memory[k];
    else
      memory[k] = element;
  }
}

/// Vector instructions see the type and the length, too: registers of an edge
/// of operands.
void set_vector_type() {
  uint64_t length, bytes = unit.edge << unit.width_log;
  asm volatile(".option push\n"
               ".option arch, +v\n"
               "csrr %0, vlenb\n"
               ".option pop\n"
               : "=r"(length));
  int registers_log = 0; // Less than 0: a part of one.
  for (; length < bytes; length *= 2)
    ++registers_log;
  for (; length > bytes; length /= 2)
    --registers_log;
  constexpr uint64_t agnostic = 0xc0;
  uint64_t type =
      agnostic | unit.width_log << 3 | (uint64_t(registers_log) & 7);
  asm volatile(".option push\n"
               ".option arch, +v\n"
               "vsetvl x0, %0, %1\n"
               ".option pop\n" ::"r"(unit.tn),
               "r"(type));
}

void set_length(uint32_t word, uint64_t *x) {
  uint64_t all = ~uint64_t(0);
  uint64_t wanted = field(word, 15, 5) ? x[field(word, 15, 5)] : all;
  uint64_t limit = unit.edge, *length = &unit.tn;
  if (is_set_type(word)) {
    unit.width_log = field(word, 23, 3);
  } else if (field(word, 20, 5) == 1) {
    length = &unit.tm;
  } else if (field(word, 20, 5) == 2) {
    length = &unit.tk;
    limit = unit.width_log == 0 ? 4 : 1;
  }
  *length = wanted < limit ? wanted : limit;
  if (length == &unit.tn)
    set_vector_type();
  if (uint32_t rd = field(word, 7, 5))
    x[rd] = *length;
}

void execute(uint32_t word, uint64_t *x) {
  uint64_t address = x[field(word, 15, 5)], subset = x[field(word, 20, 5)];
  if (is_set_type(word) || is_set_length(word))
    set_length(word, x);
  else if (is_multiply(word))
    multiply(word);
  else if (is_zero(word))
    __builtin_memset(unit.tiles[field(word, 10, 2)], 0, sizeof(unit.tiles[0]));
  else if (!is_load(word) && !is_store(word))
    return;
  else if (field(word, 29, 2) == 1)
    move(unit.half_tiles[subset >> 27 & 15], subset,
         reinterpret_cast<uint16_t *>(address), is_load(word));
  else
    move(unit.tiles[subset >> 29 & 3], subset, reinterpret_cast<Sum *>(address),
         is_load(word));
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
  require(edge <= max_edge, Failure::input);
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
