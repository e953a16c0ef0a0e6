//===- vector_mask.cpp - Operations on masks --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/execute.h"
#include "riscv/vector.h"

using namespace landfall::riscv;

namespace {

/// vtype is legal, and vstart is 0 where the instruction cannot be resumed.
bool check(Core &core, bool is_whole) {
  if (core.shape.is_legal && (!is_whole || core.vstart == 0))
    return true;
  core.raise_illegal();
  return false;
}

/// vd = operate(vs2, vs1), bit by bit; operate works on bytes of bits.
template <typename Operate>
void logic(Core &core, const Instruction &in, Operate operate) {
  if (!check(core, false))
    return;
  const uint8_t *a = elements<uint8_t>(core, in.rs2);
  const uint8_t *b = elements<uint8_t>(core, in.rs1);
  for (uint64_t k = 0; k < core.vl; ++k)
    core.scratch.result[k] = operate(a[k / 8], b[k / 8]) >> (k % 8) & 1;
  write_back_mask(core, in.rd, nullptr);
}

/// The index of the first active element whose bit in vs2 is set; vl if none.
uint64_t find_first(Core &core, const Instruction &in) {
  const uint8_t *active = active_elements(core, in);
  const uint8_t *bits = elements<uint8_t>(core, in.rs2);
  for (uint64_t k = 0; k < core.vl; ++k)
    if ((!active || active[k]) && mask_bit(bits, k))
      return k;
  return core.vl;
}

/// vd's bits by where they are: before, at or after the first of vs2.
void mark(Core &core, const Instruction &in, bool before, bool at) {
  bool overlaps = in.rd == in.rs2 || (!in.is_unmasked() && in.rd == 0);
  if (overlaps)
    return core.raise_illegal();
  if (!check(core, true))
    return;
  uint64_t first = find_first(core, in);
  for (uint64_t k = 0; k < core.vl; ++k)
    core.scratch.result[k] = k < first ? before : k == first && at;
  write_back_mask(core, in.rd, active_elements(core, in));
}

} // namespace

#define LOGIC(id, value)                                                       \
  void landfall::riscv::execute_##id##_mm(Core &core, const Instruction &in) { \
    logic(core, in, [](uint8_t a, uint8_t b) -> uint8_t { return value; });    \
  }
LOGIC(vmand, a &b)
LOGIC(vmandn, a & ~b)
LOGIC(vmor, a | b)
LOGIC(vmorn, a | ~b)
LOGIC(vmxor, a ^ b)
LOGIC(vmnand, ~(a &b))
LOGIC(vmnor, ~(a | b))
LOGIC(vmxnor, ~(a ^ b))

void landfall::riscv::execute_vcpop_m(Core &core, const Instruction &in) {
  if (!check(core, true))
    return;
  const uint8_t *active = active_elements(core, in);
  const uint8_t *bits = elements<uint8_t>(core, in.rs2);
  uint64_t count = 0;
  for (uint64_t k = 0; k < core.vl; ++k)
    count += (!active || active[k]) && mask_bit(bits, k);
  core.x[in.rd] = count;
}

void landfall::riscv::execute_vfirst_m(Core &core, const Instruction &in) {
  if (!check(core, true))
    return;
  uint64_t first = find_first(core, in);
  core.x[in.rd] = first == core.vl ? ~0ull : first;
}

void landfall::riscv::execute_vmsbf_m(Core &core, const Instruction &in) {
  mark(core, in, true, false);
}

void landfall::riscv::execute_vmsif_m(Core &core, const Instruction &in) {
  mark(core, in, true, true);
}

void landfall::riscv::execute_vmsof_m(Core &core, const Instruction &in) {
  mark(core, in, false, true);
}

void landfall::riscv::execute_viota_m(Core &core, const Instruction &in) {
  if (!is_disjoint(group_of(core, in.rd), {in.rs2, 0}))
    return core.raise_illegal();
  if (!check_vector(core, in, group_of(core, in.rd), {}) || !check(core, true))
    return;
  const uint8_t *active = active_elements(core, in);
  const uint8_t *bits = elements<uint8_t>(core, in.rs2);
  with_width(core.shape.width_log, [&]<typename T>(T) {
    T count = 0;
    for (uint64_t k = 0; k < core.vl; ++k) {
      result_elements<T>(core)[k] = count;
      count += (!active || active[k]) && mask_bit(bits, k);
    }
    write_back<T>(core, in.rd, active);
  });
}

void landfall::riscv::execute_vid_v(Core &core, const Instruction &in) {
  if (!check_vector(core, in, group_of(core, in.rd), {}))
    return;
  with_width(core.shape.width_log, [&]<typename T>(T) {
    for (uint64_t k = 0; k < core.vl; ++k)
      result_elements<T>(core)[k] = static_cast<T>(k);
    write_back<T>(core, in.rd, active_elements(core, in));
  });
}
