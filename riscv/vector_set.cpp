//===- vector_set.cpp - Vector types and lengths ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/vector_set.h"

#include "riscv/execute.h"

#include <algorithm>
#include <bit>

using namespace landfall::riscv;

namespace {

/// The fields of vtype, as in sf.vsettnt where those for tiles are not 0.
VectorShape shape_of(const HartConfig &config, uint64_t vtype) {
  VectorShape shape;
  shape.width_log = vtype >> 3 & 7;
  shape.tile_widening = 1 << (vtype >> 9 & 3) >> 1;
  shape.is_alternate = vtype >> 8 & 1;
  shape.multiplier_log =
      (vtype & 7) < 4 ? vtype & 7 : static_cast<int>(vtype & 7) - 8;
  shape.is_legal = shape.width_log <= 3;
  if (shape.tile_widening) {
    // A group is as long as a row of a tile.
    int row_bits = std::bit_width(config.tile_edge) - 1 + 3 + shape.width_log;
    shape.multiplier_log = std::max(
        -3, row_bits - (static_cast<int>(std::bit_width(config.vlen)) - 1));
    shape.is_legal &= vtype >> 11 == 0 && (vtype & 0xc7) == 0 &&
                      config.tile_edge != 0 && shape.multiplier_log <= 3 &&
                      (!shape.is_alternate || shape.width_log == 1) &&
                      (8u << shape.width_log) * shape.tile_widening <= 64;
    return shape;
  }
  // Of a fraction of a register there must be an element of 64 * LMUL bits.
  shape.is_legal &= vtype >> 8 == 0 && (vtype & 7) != 4 &&
                    shape.width_log <= 3 + std::min(0, shape.multiplier_log);
  return shape;
}

/// vl of the vset family: `requested` if it fits, else as much as fits.
void set_type(Core &core, const Instruction &in, uint64_t vtype,
              uint64_t requested) {
  core.vstart = 0;
  core.shape = shape_of(core.config, vtype);
  core.vtype = core.shape.is_legal ? vtype : Core::vtype_illegal;
  core.vl =
      core.shape.is_legal ? std::min(requested, vector_length_limit(core)) : 0;
  core.x[in.rd] = core.vl;
}

/// What rs1 of vsetvli requests: as much as fits for x0, or what there is if
/// rd is x0 too.
uint64_t requested_length(const Core &core, const Instruction &in) {
  if (in.rs1)
    return core.x[in.rs1];
  return in.rd == discarded ? core.vl : ~0ull;
}

void set_tile_type(Core &core, const Instruction &in) {
  if (!core.config.tile_edge)
    return core.raise_illegal();
  set_type(core, in, in.immediate, in.rs1 ? core.x[in.rs1] : ~0ull);
  core.tm = std::min<uint64_t>(core.tm, core.config.tile_edge);
  core.tk = std::min<uint64_t>(core.tk, core.shape.tile_widening);
}

/// One of the lengths that sf.vsettnt's type gives a limit.
void set_tile_length(Core &core, const Instruction &in, uint64_t &length,
                     uint64_t limit) {
  if (!core.shape.is_legal || !core.shape.tile_widening)
    return core.raise_illegal();
  length = in.rs1 ? std::min(core.x[in.rs1], limit) : limit;
  core.vstart = 0;
  core.x[in.rd] = length;
}

} // namespace

uint64_t landfall::riscv::vector_length_limit(const Core &core) {
  if (core.shape.tile_widening)
    return core.config.tile_edge;
  int log = std::bit_width(core.config.vlen) - 1 - 3 - core.shape.width_log +
            core.shape.multiplier_log;
  return 1ull << log;
}

void landfall::riscv::execute_vsetvli(Core &core, const Instruction &in) {
  set_type(core, in, in.immediate, requested_length(core, in));
}

void landfall::riscv::execute_vsetivli(Core &core, const Instruction &in) {
  set_type(core, in, in.immediate, in.rs1);
}

void landfall::riscv::execute_vsetvl(Core &core, const Instruction &in) {
  set_type(core, in, core.x[in.rs2], requested_length(core, in));
}

void landfall::riscv::execute_sf_vsettnt(Core &core, const Instruction &in) {
  set_tile_type(core, in);
}
void landfall::riscv::execute_sf_vsettnt_w2(Core &core, const Instruction &in) {
  set_tile_type(core, in);
}
void landfall::riscv::execute_sf_vsettnt_w4(Core &core, const Instruction &in) {
  set_tile_type(core, in);
}

void landfall::riscv::execute_sf_vsettn(Core &core, const Instruction &in) {
  set_tile_length(core, in, core.vl, core.config.tile_edge);
}

void landfall::riscv::execute_sf_vsettm(Core &core, const Instruction &in) {
  set_tile_length(core, in, core.tm, core.config.tile_edge);
}

void landfall::riscv::execute_sf_vsettk(Core &core, const Instruction &in) {
  set_tile_length(core, in, core.tk, core.shape.tile_widening);
}
