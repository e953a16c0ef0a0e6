//===- decode.cpp - From bits to instructions -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/execute.h"
#include "riscv/operand.h"

#include <array>
#include <iterator>
#include <vector>

using namespace landfall::riscv;

namespace {

constexpr uint32_t masks[] = {
#define FORMAT(name, mask, operands) mask,
#include "riscv/format.def"
};

constexpr Row rows[] = {
#define INSTRUCTION(id, text, format, unit, match)                             \
  {text,                                                                       \
   Format::format,                                                             \
   Unit::unit,                                                                 \
   match,                                                                      \
   masks[static_cast<int>(Format::format)],                                    \
   execute_##id},
#include "riscv/instructions.def"
};

/// Rows by their low seven bits, which are fixed in every one.
using Buckets = std::array<std::vector<const Row *>, 128>;

Buckets make_buckets() {
  Buckets buckets;
  for (const Row &row : rows)
    buckets[row.match & 0x7f].push_back(&row);
  return buckets;
}

const Row *find_row(uint32_t bits) {
  static const Buckets buckets = make_buckets();
  for (const Row *row : buckets[bits & 0x7f])
    if ((bits & row->mask) == row->match)
      return row;
  return nullptr;
}

VectorKind vector_kind(const Row &row) {
  std::string_view text = row.text;
  bool accumulates = row.format == Format::vector_sum_vv ||
                     row.format == Format::vector_sum_vx ||
                     row.format == Format::vector_sum_vf;
  return {.is_target_wide = text.starts_with("vw") || text.starts_with("vfw"),
          .is_source_wide = text.find(".w") != text.npos,
          .is_accumulating = accumulates,
          .is_reduction = text.ends_with(".vs")};
}

} // namespace

const Row *landfall::riscv::instruction_rows(unsigned &count) {
  count = std::size(rows);
  return rows;
}

Instruction landfall::riscv::decode(uint32_t bits) {
  Instruction made;
  made.bits = bits;
  if ((bits & 3) != 3) {
    made.bytes = 2;
    made.bits = expand_compressed(static_cast<uint16_t>(bits));
  }
  made.row = find_row(made.bits);
  made.execute = execute_unknown;
  if (!made.row || !made.bits)
    return made;
  made.execute = made.row->execute;
  made.unit = made.row->unit;
  if (made.unit >= Unit::vector)
    made.vector = vector_kind(*made.row);
  for (const char *code = operands_of(made.row->format); *code; ++code)
    decode_operand(*code, made);
  return made;
}
