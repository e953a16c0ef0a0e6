//===- vector_memory.cpp - Vector loads and stores --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/vector_memory.h"

#include "riscv/execute.h"

using namespace landfall::riscv;

namespace {

constexpr uint32_t plain_whole = 8, plain_mask = 11, plain_first_fault = 16;

/// A switch over the element's width, so that each copy is one instruction.
inline void copy_element(uint8_t *to, const uint8_t *from, unsigned bytes) {
  switch (bytes) {
  case 1:
    *to = *from;
    break;
  case 2:
    std::memcpy(to, from, 2);
    break;
  case 4:
    std::memcpy(to, from, 4);
    break;
  default:
    std::memcpy(to, from, 8);
  }
}

/// One access of a vector instruction: an element of each field of a segment
/// is at `address`, the fields following each other.
struct Transfer {
  Core &core;
  const Instruction &in;
  VectorAccess access;
  bool is_store;
  unsigned bytes;          ///< Of an element.
  unsigned field_register; ///< Registers from one field to the next.
  uint64_t longest = 0;    ///< Cycles of the slowest access so far.

  /// Moves element `k`; false after a fault.
  bool move(uint64_t k, uint64_t address) {
    uint64_t segment = uint64_t{access.fields} * bytes;
    uint8_t *host = core.find_memory(address, segment, is_store);
    if (!host)
      return false;
    // Contiguous elements do not take a cycle each.
    uint64_t before = access.kind == VectorAccess::plain ? 0 : k;
    longest = std::max(longest, before + core.timing.memory);
    copy(k, host);
    return true;
  }

  /// Element `k`, whose segment is at `host`.
  void copy(uint64_t k, uint8_t *host) {
    for (unsigned field = 0; field < access.fields; ++field) {
      uint8_t *element =
          elements<uint8_t>(core, in.rd + field * field_register) + k * bytes;
      uint8_t *memory = host + field * bytes;
      copy_element(is_store ? memory : element, is_store ? element : memory,
                   bytes);
    }
  }

  /// All elements of a contiguous access, if they are in one region: one access
  /// for the race detector, unless inactive elements may belong to another
  /// engine.
  bool move_all(uint64_t base, const uint8_t *active) {
    uint64_t segment = uint64_t{access.fields} * bytes;
    if (access.kind != VectorAccess::plain || core.vstart || core.vl == 0 ||
        (active && core.watch_races) ||
        !core.find_code(base, core.vl * segment))
      return false;
    uint8_t *host = core.find(base, core.vl * segment, is_store);
    if (!host)
      return false;
    longest = core.timing.memory;
    for (uint64_t k = 0; k < core.vl; ++k)
      if (!active || active[k])
        copy(k, host + k * segment);
    return true;
  }
};

/// `count` elements of one field that follow each other: at once if they are
/// all in one region. False: element by element, which finds the fault.
bool move_block(Core &core, const Instruction &in, uint64_t base,
                uint64_t offset, uint64_t count, bool is_store) {
  if (offset >= count)
    return true;
  uint8_t *host = core.find(base + offset, count - offset, is_store);
  if (!host)
    return false;
  uint8_t *registers = elements<uint8_t>(core, in.rd) + offset;
  std::memcpy(is_store ? host : registers, is_store ? registers : host,
              count - offset);
  return true;
}

uint64_t index_of(Core &core, const Instruction &in, int width_log,
                  uint64_t k) {
  uint64_t value = 0;
  std::memcpy(&value, elements<uint8_t>(core, in.rs2) + (k << width_log),
              1u << width_log);
  return value;
}

/// Registers as the encoding and vtype allow them to be.
bool check(Core &core, const Instruction &in, const VectorAccess &access,
           bool is_store) {
  bool ok = core.shape.is_legal && is_aligned(access.data) &&
            access.fields * access.data.registers() <= 8 &&
            in.rd + access.fields * access.data.registers() <= 32 &&
            (is_store || in.is_unmasked() || in.rd != 0);
  if (access.kind == VectorAccess::indexed) {
    Group index = {in.rs2, core.shape.multiplier_log + access.width_log -
                               core.shape.width_log};
    ok = ok && is_aligned(index);
    if (ok && !is_store)
      ok =
          access.fields == 1
              ? may_overlap(access.data, index)
              : is_disjoint({in.rd, 0}, index) &&
                    (in.rs2 + index.registers() <= in.rd ||
                     in.rd + access.fields * access.data.registers() <= in.rs2);
  }
  if (!ok)
    core.raise_illegal();
  return ok;
}

/// Accesses the elements one by one; on a fault, vstart is the element's
/// number.
void move_each(Transfer &transfer, uint64_t base, const uint8_t *active) {
  Core &core = transfer.core;
  const VectorAccess &access = transfer.access;
  uint64_t segment = uint64_t{access.fields} * transfer.bytes;
  uint64_t stride =
      access.kind == VectorAccess::strided ? core.x[transfer.in.rs2] : segment;
  for (uint64_t k = core.vstart; k < core.vl; ++k) {
    if (active && !active[k])
      continue;
    uint64_t offset = access.kind == VectorAccess::indexed
                          ? index_of(core, transfer.in, access.width_log, k)
                          : k * stride;
    if (access.is_first_fault && k > 0 &&
        !core.find_code(base + offset, segment)) {
      core.vl = k;
      return;
    }
    if (!transfer.move(k, base + offset)) {
      core.vstart = k;
      return;
    }
  }
}

/// Vectors of elements, by any address rule.
void move_elements(Core &core, const Instruction &in,
                   const VectorAccess &access, bool is_store) {
  if (!check(core, in, access, is_store))
    return;
  unsigned bytes = 1u << access.element_log;
  uint64_t base = core.x[in.rs1];
  const uint8_t *active = active_elements(core, in);
  bool is_dense =
      access.kind == VectorAccess::plain && access.fields == 1 && !active;
  if (!is_dense || !move_block(core, in, base, core.vstart * bytes,
                               core.vl * bytes, is_store)) {
    Transfer transfer = {core,     in,    access,
                         is_store, bytes, access.data.registers()};
    if (!core.stop && !transfer.move_all(base, active) && !core.stop)
      move_each(transfer, base, active);
    core.timing.memory = transfer.longest;
  }
  if (!core.stop)
    core.vstart = 0;
}

/// Bytes of registers, whatever vtype says.
void move_bytes(Core &core, const Instruction &in, uint64_t count,
                unsigned width, bool is_store) {
  if (!move_block(core, in, core.x[in.rs1], core.vstart * width, count,
                  is_store))
    core.raise(is_store ? FaultCause::store_access : FaultCause::load_access,
               core.x[in.rs1]);
  else
    core.vstart = 0;
}

void execute(Core &core, const Instruction &in, bool is_store) {
  VectorAccess access = vector_access(core, in);
  core.timing.memory = 0;
  switch (access.kind) {
  case VectorAccess::whole:
    return move_bytes(core, in, access.fields * uint64_t{core.config.vlen / 8},
                      1u << access.width_log, is_store);
  case VectorAccess::mask:
    if (!core.shape.is_legal)
      return core.raise_illegal();
    return move_bytes(core, in, (core.vl + 7) / 8, 1, is_store);
  default:
    return move_elements(core, in, access, is_store);
  }
}

} // namespace

VectorAccess landfall::riscv::vector_access(const Core &core,
                                            const Instruction &in) {
  VectorAccess access;
  uint32_t width = in.bits >> 12 & 7, rule = in.bits >> 26 & 3,
           plain = in.bits >> 20 & 31;
  access.fields = (in.bits >> 29) + 1;
  access.width_log = width ? width - 4 : 0;
  access.is_first_fault = rule == 0 && plain == plain_first_fault;
  access.kind = rule == 2              ? VectorAccess::strided
                : rule != 0            ? VectorAccess::indexed
                : plain == plain_whole ? VectorAccess::whole
                : plain == plain_mask  ? VectorAccess::mask
                                       : VectorAccess::plain;
  bool is_indexed = access.kind == VectorAccess::indexed;
  access.element_log = is_indexed ? core.shape.width_log : access.width_log;
  access.data = {in.rd, core.shape.multiplier_log + access.element_log -
                            core.shape.width_log};
  return access;
}

#define INSTRUCTION(id, text, format, unit, match)                             \
  void landfall::riscv::execute_##id(Core &core, const Instruction &in) {      \
    execute(core, in, Unit::unit == Unit::vector_store);                       \
  }
#include "riscv/vector_memory.def"
#undef INSTRUCTION
