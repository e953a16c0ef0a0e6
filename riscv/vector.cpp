//===- vector.cpp - How vector instructions are executed --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/vector.h"

#include "riscv/execute.h"

using namespace landfall::riscv;

bool landfall::riscv::is_aligned(Group group) {
  return group.log >= -3 && group.log <= 3 &&
         group.index % group.registers() == 0;
}

bool landfall::riscv::is_disjoint(Group a, Group b) {
  return a.index + a.registers() <= b.index ||
         b.index + b.registers() <= a.index;
}

bool landfall::riscv::may_overlap(Group destination, Group source) {
  if (destination.log == source.log || is_disjoint(destination, source))
    return true;
  if (destination.log < source.log)
    return destination.index == source.index;
  return source.log >= 0 && source.index + source.registers() ==
                                destination.index + destination.registers();
}

bool landfall::riscv::check_vector(Core &core, const Instruction &in,
                                   Group destination,
                                   std::initializer_list<Group> sources) {
  bool ok = core.shape.is_legal && is_aligned(destination) &&
            (in.is_unmasked() || destination.index != 0);
  for (Group source : sources)
    ok = ok && is_aligned(source) && may_overlap(destination, source);
  if (!ok)
    core.raise_illegal();
  return ok;
}

bool landfall::riscv::check_mask_result(Core &core, const Instruction &in,
                                        std::initializer_list<Group> sources) {
  bool ok = core.shape.is_legal;
  // One register of bits, narrower than any group of more than one.
  for (Group source : sources)
    ok = ok && is_aligned(source) &&
         (source.log <= 0 || in.rd == source.index ||
          is_disjoint({in.rd, 0}, source));
  if (!ok)
    core.raise_illegal();
  return ok;
}

const uint8_t *landfall::riscv::expand_mask(Core &core) {
  const uint8_t *mask = elements<uint8_t>(core, 0);
  uint8_t *active = core.scratch.active;
  for (uint64_t k = 0; k < core.vl; k += 8)
    for (unsigned bit = 0; bit < 8; ++bit)
      active[k + bit] = mask[k / 8] >> bit & 1;
  return active;
}

const uint8_t *landfall::riscv::active_elements(Core &core,
                                                const Instruction &in) {
  return in.is_unmasked() ? nullptr : expand_mask(core);
}

void landfall::riscv::write_back_mask(Core &core, unsigned destination,
                                      const uint8_t *active) {
  const uint8_t *result = core.scratch.result;
  uint8_t *to = elements<uint8_t>(core, destination);
  for (uint64_t k = core.vstart; k < core.vl; ++k)
    if (!active || active[k])
      set_mask_bit(to, k, result[k]);
  core.vstart = 0;
}
