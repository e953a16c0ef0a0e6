//===- vector_work.cpp - Timing of vector instructions ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/vector_work.h"

#include "riscv/matrix.h"
#include "riscv/operand.h"
#include "riscv/vector_memory.h"

using namespace landfall::riscv;

namespace {

constexpr uint64_t divide_factor = 8;

uint64_t divide_up(uint64_t value, uint64_t by) {
  return std::max<uint64_t>(1, (value + by - 1) / by);
}

Span span_of(const Core &core, unsigned index, int steps) {
  int log = core.shape.multiplier_log + steps;
  return {index, log > 0 ? 1u << std::min(log, 3) : 1};
}

/// Bytes that the memory pipe moves in a cycle.
uint64_t memory_width(const Core &core) { return core.config.vlen / 8 * 2; }

VectorWork memory_work(const Core &core, const Instruction &in, bool is_store) {
  VectorAccess access = vector_access(core, in);
  VectorWork work;
  uint64_t bytes = core.vl << access.element_log;
  Span data = {in.rd, access.fields * access.data.registers()};
  if (access.kind == VectorAccess::whole) {
    data.count = access.fields;
    bytes = access.fields * uint64_t{core.config.vlen / 8};
  } else if (access.kind == VectorAccess::mask) {
    data.count = 1;
    bytes = (core.vl + 7) / 8;
  }
  bool is_contiguous =
      access.kind == VectorAccess::whole || access.kind == VectorAccess::mask ||
      (access.kind == VectorAccess::plain && access.fields == 1);
  work.cycles = is_contiguous ? divide_up(bytes, memory_width(core))
                              : std::max<uint64_t>(1, core.vl * access.fields);
  (is_store ? work.source1 : work.target) = data;
  if (access.kind == VectorAccess::indexed)
    work.source2 =
        span_of(core, in.rs2, access.width_log - core.shape.width_log);
  if (!in.is_unmasked())
    work.source3 = {0, 1};
  return work;
}

VectorWork tile_work(const Core &core, const Instruction &in) {
  VectorWork work;
  bool has_memory = in.unit == Unit::tile_load || in.unit == Unit::tile_store;
  int width_log = has_memory ? tile_width_log(in) : core.shape.width_log;
  uint64_t specifier = core.x[has_memory ? in.rs2 : in.rs1];
  work.tiles = {tile_subset(specifier).tile, 1u << width_log};
  work.cycles =
      divide_up(core.vl << width_log,
                has_memory ? memory_width(core) : core.config.vlen / 8);
  if (in.unit == Unit::tile_to_vector)
    work.target = span_of(core, in.rd, 0);
  if (in.unit == Unit::tile_from_vector)
    work.source1 = span_of(core, in.rs2, 0);
  return work;
}

VectorWork matrix_work(const Core &core, const Instruction &in) {
  VectorWork work;
  work.tiles = {in.rd, 4};
  if (in.unit == Unit::matrix_zero)
    return work;
  unsigned rows = std::max<uint64_t>(1, core.tk);
  unsigned stride = operand_stride(core), each = span_of(core, 0, 0).count;
  // Rows of one register leave those between them alone.
  Span read =
      each == 1 ? Span{0, rows, stride} : Span{0, (rows - 1) * stride + each};
  work.source1 = work.source2 = read;
  work.source1.first = in.rs2;
  work.source2.first = in.rs1;
  work.macs = core.tm * core.vl * core.tk;
  work.cycles = divide_up(work.macs, std::max(1u, matrix_rate(core, in)));
  return work;
}

VectorWork arithmetic_work(const Core &core, const Instruction &in) {
  VectorKind kind = in.vector;
  VectorWork work;
  for (const char *code = operands_of(in.row->format); *code; ++code) {
    if (*code == 'v')
      work.target = span_of(core, in.rd, kind.is_target_wide);
    else if (*code == 'u')
      work.source1 = span_of(core, in.rs2, kind.is_source_wide);
    else if (*code == 'w')
      work.source2 = span_of(core, in.rs1, 0);
    else if (*code == 'm' && !in.is_unmasked())
      work.source3 = {0, 1};
  }
  if (kind.is_reduction)
    work.target.count = work.source2.count = 1;
  if (kind.is_accumulating)
    work.source3 = work.target;
  bool is_wide = kind.is_target_wide || kind.is_source_wide;
  work.cycles = divide_up(core.vl << (core.shape.width_log + 3 + is_wide),
                          core.config.vlen);
  if (in.unit == Unit::vector_divide)
    work.cycles *= divide_factor;
  work.scalar = in.target;
  return work;
}

} // namespace

VectorWork landfall::riscv::vector_work(const Core &core,
                                        const Instruction &in) {
  switch (in.unit) {
  case Unit::vector_load:
  case Unit::vector_store:
    return memory_work(core, in, in.unit == Unit::vector_store);
  case Unit::tile_load:
  case Unit::tile_store:
  case Unit::tile_to_vector:
  case Unit::tile_from_vector:
    return tile_work(core, in);
  case Unit::matrix:
  case Unit::matrix_zero:
    return matrix_work(core, in);
  default:
    return arithmetic_work(core, in);
  }
}
