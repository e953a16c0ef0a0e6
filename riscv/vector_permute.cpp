//===- vector_permute.cpp - Slides, gathers and moves -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/execute.h"
#include "riscv/float_math.h"
#include "riscv/vector.h"
#include "riscv/vector_set.h"

using namespace landfall::riscv;

namespace {

/// vd[k] = choose(k, vs2) for the active elements; the source may not overlap
/// the destination unless `may_share`.
template <typename Choose>
void permute(Core &core, const Instruction &in, bool may_share, Choose choose) {
  Group to = group_of(core, in.rd), from = group_of(core, in.rs2);
  if (!may_share && !is_disjoint(to, from))
    return core.raise_illegal();
  if (!check_vector(core, in, to, {from}))
    return;
  with_width(core.shape.width_log, [&]<typename T>(T) {
    const T *source = elements<T>(core, in.rs2);
    for (uint64_t k = core.vstart; k < core.vl; ++k)
      result_elements<T>(core)[k] = choose(k, source);
    write_back<T>(core, in.rd, active_elements(core, in));
  });
}

void slide_up(Core &core, const Instruction &in, uint64_t offset) {
  core.vstart = std::max(core.vstart, std::min(offset, core.vl));
  permute(core, in, false, [&]<typename T>(uint64_t k, const T *source) {
    return source[k - offset];
  });
}

void slide_down(Core &core, const Instruction &in, uint64_t offset) {
  uint64_t limit = core.shape.is_legal ? vector_length_limit(core) : 0;
  permute(core, in, true, [&]<typename T>(uint64_t k, const T *source) {
    return offset < limit && k + offset < limit ? source[k + offset] : T{0};
  });
}

void slide_up_one(Core &core, const Instruction &in, uint64_t value) {
  permute(core, in, false, [&]<typename T>(uint64_t k, const T *source) {
    return k ? source[k - 1] : static_cast<T>(value);
  });
}

void slide_down_one(Core &core, const Instruction &in, uint64_t value) {
  permute(core, in, true, [&]<typename T>(uint64_t k, const T *source) {
    return k + 1 < core.vl ? source[k + 1] : static_cast<T>(value);
  });
}

/// vd[k] = vs2[index(k)], 0 beyond the group.
template <typename Index>
void gather(Core &core, const Instruction &in, Index index) {
  uint64_t limit = core.shape.is_legal ? vector_length_limit(core) : 0;
  permute(core, in, false, [&]<typename T>(uint64_t k, const T *source) {
    uint64_t from = index(k);
    return from < limit ? source[from] : T{0};
  });
}

/// A gather with indices of that width in vs1.
void gather_vector(Core &core, const Instruction &in, int width_log) {
  Group indices = group_of(core, in.rs1, width_log - core.shape.width_log);
  if (!is_aligned(indices) || !is_disjoint(group_of(core, in.rd), indices))
    return core.raise_illegal();
  with_width(width_log, [&]<typename I>(I) {
    const I *from = elements<I>(core, in.rs1);
    gather(core, in, [&](uint64_t k) -> uint64_t { return from[k]; });
  });
}

/// The f register as an element; nothing and a fault if there are no floats of
/// the vtype's width.
std::optional<uint64_t> float_element(Core &core, unsigned index) {
  uint64_t value = core.f[index];
  if (core.shape.is_legal && core.shape.width_log == 3)
    return value;
  if (core.shape.is_legal && core.shape.width_log == 2)
    return value >> 32 == 0xffffffff ? value & 0xffffffff
                                     : canonical_nan<float>;
  core.raise_illegal();
  return std::nullopt;
}

/// Element 0 of vd, if there are elements.
void write_first(Core &core, const Instruction &in, uint64_t value) {
  if (!core.shape.is_legal)
    return core.raise_illegal();
  with_width(core.shape.width_log, [&]<typename T>(T) {
    if (core.vstart < core.vl)
      *elements<T>(core, in.rd) = static_cast<T>(value);
  });
  core.vstart = 0;
}

void move_registers(Core &core, const Instruction &in, unsigned count) {
  if (!core.shape.is_legal)
    return core.raise_illegal();
  uint64_t bytes = uint64_t{count} * core.config.vlen / 8;
  uint64_t begin = core.vstart << core.shape.width_log;
  core.vstart = 0;
  if (begin < bytes)
    std::memmove(elements<uint8_t>(core, in.rd) + begin,
                 elements<uint8_t>(core, in.rs2) + begin, bytes - begin);
}

} // namespace

#define HANDLER(id, ...)                                                       \
  void landfall::riscv::execute_##id(Core &core, const Instruction &in) {      \
    __VA_ARGS__;                                                               \
  }

HANDLER(vslideup_vx, slide_up(core, in, core.x[in.rs1]))
HANDLER(vslideup_vi, slide_up(core, in, in.immediate))
HANDLER(vslidedown_vx, slide_down(core, in, core.x[in.rs1]))
HANDLER(vslidedown_vi, slide_down(core, in, in.immediate))
HANDLER(vslide1up_vx, slide_up_one(core, in, core.x[in.rs1]))
HANDLER(vslide1down_vx, slide_down_one(core, in, core.x[in.rs1]))
HANDLER(vfslide1up_vf, if (auto value = float_element(core, in.rs1))
                           slide_up_one(core, in, *value))
HANDLER(vfslide1down_vf, if (auto value = float_element(core, in.rs1))
                             slide_down_one(core, in, *value))
HANDLER(vrgather_vv, gather_vector(core, in, core.shape.width_log))
HANDLER(vrgatherei16_vv, gather_vector(core, in, 1))
HANDLER(vrgather_vx, gather(core, in, [&](uint64_t) { return core.x[in.rs1]; }))
HANDLER(vrgather_vi,
        gather(core, in, [&](uint64_t) -> uint64_t { return in.immediate; }))
HANDLER(vmv_s_x, write_first(core, in, core.x[in.rs1]))
HANDLER(vfmv_s_f, if (auto value = float_element(core, in.rs1))
                      write_first(core, in, *value))
HANDLER(vmv1r_v, move_registers(core, in, 1))
HANDLER(vmv2r_v, move_registers(core, in, 2))
HANDLER(vmv4r_v, move_registers(core, in, 4))
HANDLER(vmv8r_v, move_registers(core, in, 8))

void landfall::riscv::execute_vmv_x_s(Core &core, const Instruction &in) {
  if (!core.shape.is_legal)
    return core.raise_illegal();
  with_width(core.shape.width_log, [&]<typename T>(T) {
    core.x[in.rd] = static_cast<int64_t>(*elements<Signed<T>>(core, in.rs2));
  });
  core.vstart = 0;
}

void landfall::riscv::execute_vfmv_f_s(Core &core, const Instruction &in) {
  if (!core.shape.is_legal || core.shape.width_log < 2)
    return core.raise_illegal();
  core.f[in.rd] = core.shape.width_log == 3
                      ? *elements<uint64_t>(core, in.rs2)
                      : ~0ull << 32 | *elements<uint32_t>(core, in.rs2);
  core.vstart = 0;
}

/// vd = the f register, or that where v0 has a bit and vs2 elsewhere.
static void merge_float(Core &core, const Instruction &in) {
  Group source = group_of(core, in.is_unmasked() ? in.rd : in.rs2);
  if (!check_vector(core, in, group_of(core, in.rd), {source}))
    return;
  std::optional<uint64_t> value = float_element(core, in.rs1);
  if (!value)
    return;
  const uint8_t *chosen = active_elements(core, in);
  with_width(core.shape.width_log, [&]<typename T>(T) {
    const T *other = elements<T>(core, in.rs2);
    for (uint64_t k = 0; k < core.vl; ++k)
      result_elements<T>(core)[k] =
          !chosen || chosen[k] ? static_cast<T>(*value) : other[k];
    write_back<T>(core, in.rd, nullptr);
  });
}
HANDLER(vfmerge_vfm, merge_float(core, in))
HANDLER(vfmv_v_f, merge_float(core, in))

void landfall::riscv::execute_vcompress_vm(Core &core, const Instruction &in) {
  Group to = group_of(core, in.rd), from = group_of(core, in.rs2);
  if (core.vstart || !is_disjoint(to, from) || !is_disjoint(to, {in.rs1, 0}))
    return core.raise_illegal();
  if (!check_vector(core, in, to, {from}))
    return;
  const uint8_t *chosen = elements<uint8_t>(core, in.rs1);
  with_width(core.shape.width_log, [&]<typename T>(T) {
    const T *source = elements<T>(core, in.rs2);
    T *target = elements<T>(core, in.rd);
    for (uint64_t k = 0; k < core.vl; ++k)
      if (mask_bit(chosen, k))
        *target++ = source[k];
  });
}
