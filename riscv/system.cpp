//===- system.cpp - Fences, breakpoints and CSRs ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/core.h"
#include "riscv/execute.h"
#include "riscv/host_float.h"

#include <atomic>

using namespace landfall::riscv;

namespace {

enum Csr : uint32_t {
  csr_fflags = 0x001,
  csr_frm = 0x002,
  csr_fcsr = 0x003,
  csr_vstart = 0x008,
  csr_vxsat = 0x009,
  csr_vxrm = 0x00a,
  csr_vcsr = 0x00f,
  csr_cycle = 0xc00,
  csr_time = 0xc01,
  csr_instret = 0xc02,
  csr_vl = 0xc20,
  csr_vtype = 0xc21,
  csr_vlenb = 0xc22,
};

std::optional<uint64_t> read_csr(const Core &core, uint32_t csr) {
  switch (csr) {
  case csr_fflags:
    return core.fflags | host_flags();
  case csr_frm:
    return core.frm;
  case csr_fcsr:
    return core.frm << 5 | core.fflags | host_flags();
  case csr_vstart:
    return core.vstart;
  case csr_vxsat:
    return core.vxsat;
  case csr_vxrm:
    return core.vxrm;
  case csr_vcsr:
    return core.vxrm << 1 | core.vxsat;
  case csr_cycle:
  case csr_time:
    return core.timing.cycle;
  case csr_instret:
    return core.instructions;
  case csr_vl:
    return core.vl;
  case csr_vtype:
    return core.vtype;
  case csr_vlenb:
    return core.config.vlen / 8;
  default:
    return std::nullopt;
  }
}

void set_flags(Core &core, uint64_t value) {
  clear_host_flags();
  core.fflags = value & 31;
}

/// False for one that cannot be written.
bool write_csr(Core &core, uint32_t csr, uint64_t value) {
  switch (csr) {
  case csr_fflags:
    set_flags(core, value);
    return true;
  case csr_frm:
    core.frm = value & 7;
    return true;
  case csr_fcsr:
    core.frm = value >> 5 & 7;
    set_flags(core, value);
    return true;
  case csr_vstart:
    core.vstart = value & (core.config.vlen - 1);
    return true;
  case csr_vxsat:
    core.vxsat = value & 1;
    return true;
  case csr_vxrm:
    core.vxrm = value & 3;
    return true;
  case csr_vcsr:
    core.vxrm = value >> 1 & 3;
    core.vxsat = value & 1;
    return true;
  default:
    return false;
  }
}

enum class Change { write, set, clear };

/// `set` and `clear` by x0 or 0 do not write, so that they may read what is
/// read-only.
void access_csr(Core &core, const Instruction &in, uint64_t operand,
                Change change) {
  uint32_t csr = in.immediate;
  std::optional<uint64_t> old = read_csr(core, csr);
  if (!old)
    return core.raise_illegal();
  uint64_t value = change == Change::write ? operand
                   : change == Change::set ? *old | operand
                                           : *old & ~operand;
  bool writes = change == Change::write || in.rs1;
  if (writes && !write_csr(core, csr, value))
    return core.raise_illegal();
  core.x[in.rd] = *old;
}

} // namespace

#define CSR_ACCESS(id, change)                                                 \
  void landfall::riscv::execute_csrr##id(Core &core, const Instruction &in) {  \
    access_csr(core, in, core.x[in.rs1], Change::change);                      \
  }                                                                            \
  void landfall::riscv::execute_csrr##id##i(Core &core,                        \
                                            const Instruction &in) {           \
    access_csr(core, in, in.rs1, Change::change);                              \
  }

CSR_ACCESS(w, write)
CSR_ACCESS(s, set)
CSR_ACCESS(c, clear)

// Harts see each other's stores at once, but the host's threads may share DRAM.
void landfall::riscv::execute_fence(Core &, const Instruction &) {
  std::atomic_thread_fence(std::memory_order_seq_cst);
}
void landfall::riscv::execute_fence_tso(Core &, const Instruction &) {}

void landfall::riscv::execute_fence_i(Core &core, const Instruction &) {
  core.code.check();
}

void landfall::riscv::execute_ebreak(Core &core, const Instruction &) {
  core.raise(FaultCause::breakpoint);
}

void landfall::riscv::execute_unknown(Core &core, const Instruction &) {
  core.raise_illegal();
}
