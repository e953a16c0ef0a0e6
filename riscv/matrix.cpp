//===- matrix.cpp - Xsfmm ---------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/matrix.h"

#include "riscv/execute.h"
#include "riscv/matrix_loop.h"
#include "riscv/narrow_float.h"
#include "riscv/rounding.h"

#include <algorithm>

using namespace landfall::riscv;

namespace {

uint8_t *tile_bytes(Core &core, unsigned tile) {
  return core.tiles.data() +
         size_t{tile} * core.config.tile_edge * core.config.tile_edge;
}

/// Element k of a subset, of elements of 2^width_log bytes.
uint8_t *tile_element(Core &core, const TileSubset &subset, int width_log,
                      uint64_t k) {
  uint64_t edge = core.config.tile_edge;
  uint64_t at =
      subset.is_column ? k * edge + subset.index : subset.index * edge + k;
  return tile_bytes(core, subset.tile) + (at << width_log);
}

/// The subset that a register names for elements of that width; nothing and a
/// fault if there is none or vtype is not one for tiles.
std::optional<TileSubset> find_subset(Core &core, unsigned index,
                                      int width_log) {
  TileSubset subset = tile_subset(core.x[index]);
  bool ok = core.shape.is_legal && core.shape.tile_widening &&
            core.vstart == 0 && subset.tile % (1u << width_log) == 0 &&
            (core.x[index] >> 24 & 7) <= 1 &&
            subset.index < core.config.tile_edge;
  if (ok)
    return subset;
  core.raise_illegal();
  return std::nullopt;
}

void move_with_memory(Core &core, const Instruction &in, bool is_store) {
  core.timing.memory = 0;
  int width_log = tile_width_log(in);
  std::optional<TileSubset> subset = find_subset(core, in.rs2, width_log);
  if (!subset || core.vl == 0)
    return;
  uint8_t *memory =
      core.find_memory(core.x[in.rs1], core.vl << width_log, is_store);
  if (!memory)
    return;
  if (!subset->is_column) {
    uint8_t *row = tile_element(core, *subset, width_log, 0);
    std::memcpy(is_store ? memory : row, is_store ? row : memory,
                core.vl << width_log);
    return;
  }
  for (uint64_t k = 0; k < core.vl; ++k) {
    uint8_t *element = tile_element(core, *subset, width_log, k);
    uint8_t *there = memory + (k << width_log);
    std::memcpy(is_store ? there : element, is_store ? element : there,
                1u << width_log);
  }
}

void move_with_registers(Core &core, unsigned specifier, unsigned registers,
                         bool to_tile) {
  int width_log = core.shape.width_log;
  std::optional<TileSubset> subset = find_subset(core, specifier, width_log);
  if (!subset)
    return;
  if (!is_aligned(group_of(core, registers)))
    return core.raise_illegal();
  uint8_t *group = elements<uint8_t>(core, registers);
  for (uint64_t k = 0; k < core.vl; ++k) {
    uint8_t *element = tile_element(core, *subset, width_log, k);
    uint8_t *there = group + (k << width_log);
    std::memcpy(to_tile ? element : there, to_tile ? there : element,
                1u << width_log);
  }
}

/// Whether the operand's registers are legal for the group and number of rows.
bool is_operand(const Core &core, unsigned index) {
  unsigned registers = group_of(core, index).registers();
  return index % registers == 0 &&
         index % 8 + registers <= operand_stride(core);
}

/// Whether this sf.mm may be executed; else it raises the fault.
bool check_multiply(Core &core, const Instruction &in) {
  bool ok = core.shape.is_legal && core.shape.tile_widening &&
            (core.shape.tile_widening << core.shape.width_log) == 4 &&
            core.vstart == 0 && matrix_rate(core, in) != 0 && in.rd % 4 == 0 &&
            is_operand(core, in.rs1) && is_operand(core, in.rs2);
  if (!ok)
    core.raise_illegal();
  return ok;
}

/// Row k of an operand as values of To: in place, or converted into `room`.
template <typename From, typename To, typename Convert>
const To *operand_row(Core &core, unsigned index, uint64_t k, uint64_t count,
                      To *room, Convert convert) {
  const From *from = elements<From>(core, index + k * operand_stride(core));
  if constexpr (std::is_same_v<From, To>)
    return from;
  std::transform(from, from + count, room, convert);
  return room;
}

/// C[m][n] = fma(A[k][m], B[k][n], C[m][n]) for one k after the other, in
/// single precision: products of narrower operands are exact in it.
template <typename From, typename ToA, typename ToB>
void multiply_floats(Core &core, const Instruction &in, ToA convert_a,
                     ToB convert_b) {
  if (core.frm > round_up)
    return core.raise_illegal();
  Rounding scope(core.frm);
  float a[max_vlen / 8], b[max_vlen / 8];
  for (uint64_t k = 0; k < core.tk; ++k) {
    add_product_floats(
        reinterpret_cast<float *>(tile_bytes(core, in.rd)),
        core.config.tile_edge,
        operand_row<From>(core, in.rs2, k, core.tm, a, convert_a), core.tm,
        operand_row<From>(core, in.rs1, k, core.vl, b, convert_b), core.vl);
  }
}

template <typename A, typename B>
void multiply_integers(Core &core, const Instruction &in) {
  if (!check_multiply(core, in))
    return;
  int32_t a[max_vlen / 8], b[max_vlen / 8];
  for (uint64_t k = 0; k < core.tk; ++k) {
    auto same = [](auto value) { return value; };
    add_product_integers(
        reinterpret_cast<int32_t *>(tile_bytes(core, in.rd)),
        core.config.tile_edge,
        operand_row<A>(core, in.rs2, k, core.tm, a, same), core.tm,
        operand_row<B>(core, in.rs1, k, core.vl, b, same), core.vl);
  }
}

} // namespace

unsigned landfall::riscv::matrix_rate(const Core &core, const Instruction &in) {
  bool is_float = in.bits >> 12 & 1, is_byte = core.shape.width_log == 0;
  if (!is_float)
    return is_byte ? core.config.macs_i8 : 0;
  if (in.bits >> 27 & 1) // Of two formats of 8 bits.
    return is_byte ? core.config.macs_f8 : 0;
  switch (core.shape.width_log) {
  case 1:
    return core.config.macs_f16;
  case 2:
    return core.config.macs_f32;
  default:
    return 0;
  }
}

#define HANDLER(id, ...)                                                       \
  void landfall::riscv::execute_sf_##id(                                       \
      Core &core, [[maybe_unused]] const Instruction &in) {                    \
    __VA_ARGS__;                                                               \
  }

HANDLER(vlte8, move_with_memory(core, in, false))
HANDLER(vlte16, move_with_memory(core, in, false))
HANDLER(vlte32, move_with_memory(core, in, false))
HANDLER(vlte64, move_with_memory(core, in, false))
HANDLER(vste8, move_with_memory(core, in, true))
HANDLER(vste16, move_with_memory(core, in, true))
HANDLER(vste32, move_with_memory(core, in, true))
HANDLER(vste64, move_with_memory(core, in, true))
HANDLER(vtmv_v_t, move_with_registers(core, in.rs1, in.rd, false))
HANDLER(vtmv_t_v, move_with_registers(core, in.rs1, in.rs2, true))
// The contents afterwards are unspecified; here they do not change.
HANDLER(vtdiscard, if (!core.config.tile_edge) core.raise_illegal())

/// tm rows of vl elements of the accumulator's width.
void landfall::riscv::execute_sf_vtzero_t(Core &core, const Instruction &in) {
  int width_log =
      core.shape.width_log +
      (core.shape.tile_widening == 4 ? 2 : core.shape.tile_widening / 2);
  if (!core.shape.is_legal || !core.shape.tile_widening ||
      in.rd % (1u << width_log))
    return core.raise_illegal();
  for (uint64_t m = 0; m < core.tm; ++m)
    std::memset(tile_element(core, {in.rd, false, m}, width_log, 0), 0,
                core.vl << width_log);
}

void landfall::riscv::execute_sf_mm_f_f(Core &core, const Instruction &in) {
  if (!check_multiply(core, in))
    return;
  if (core.shape.width_log == 2) {
    auto same = [](float value) { return value; };
    multiply_floats<float>(core, in, same, same);
  } else if (core.shape.is_alternate) {
    multiply_floats<uint16_t>(core, in, from_bfloat16, from_bfloat16);
  } else {
    multiply_floats<uint16_t>(core, in, from_float16, from_float16);
  }
}

HANDLER(mm_u_u, multiply_integers<uint8_t, uint8_t>(core, in))
HANDLER(mm_u_s, multiply_integers<uint8_t, int8_t>(core, in))
HANDLER(mm_s_u, multiply_integers<int8_t, uint8_t>(core, in))
HANDLER(mm_s_s, multiply_integers<int8_t, int8_t>(core, in))

#define FLOAT8(a, b)                                                           \
  HANDLER(mm_##a##_##b,                                                        \
          if (check_multiply(core, in))                                        \
              multiply_floats<uint8_t>(core, in, from_##a, from_##b))
FLOAT8(e5m2, e5m2)
FLOAT8(e5m2, e4m3)
FLOAT8(e4m3, e5m2)
FLOAT8(e4m3, e4m3)
