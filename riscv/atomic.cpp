//===- atomic.cpp - Atomic memory operations --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Harts take turns between instructions, so each of these is atomic as it is.
//
//===----------------------------------------------------------------------===//
#include "riscv/core.h"
#include "riscv/execute.h"

#include <algorithm>

using namespace landfall::riscv;

namespace {

/// The memory operand of an atomic operation on T; null and a fault if it is
/// misaligned.
template <typename T> uint8_t *find(Core &core, const Instruction &in) {
  uint64_t address = core.x[in.rs1];
  if (address % sizeof(T)) {
    core.raise(FaultCause::misaligned, address);
    return nullptr;
  }
  return core.find_memory(address, sizeof(T), true);
}

/// memory = operation(memory, source); rd = the old value, sign extended.
template <typename T, typename Operation>
void exchange(Core &core, const Instruction &in, Operation operation) {
  uint8_t *host = find<T>(core, in);
  if (!host)
    return;
  T old;
  std::memcpy(&old, host, sizeof old);
  T made = operation(old, static_cast<T>(core.x[in.rs2]));
  std::memcpy(host, &made, sizeof made);
  core.x[in.rd] = static_cast<int64_t>(static_cast<std::make_signed_t<T>>(old));
}

template <typename T> void load_reserved(Core &core, const Instruction &in) {
  if (uint8_t *host = find<T>(core, in)) {
    T value;
    std::memcpy(&value, host, sizeof value);
    core.reserved = core.x[in.rs1];
    core.reserved_value = static_cast<uint64_t>(value);
    core.x[in.rd] = static_cast<int64_t>(value);
  }
}

/// Succeeds if memory still has the reserved value. As harts are interleaved by
/// instruction, this cannot be told from a true reservation.
template <typename T>
void store_conditional(Core &core, const Instruction &in) {
  uint8_t *host = find<T>(core, in);
  if (!host)
    return;
  T value;
  std::memcpy(&value, host, sizeof value);
  bool holds = core.reserved == core.x[in.rs1] &&
               core.reserved_value == static_cast<uint64_t>(value);
  core.reserved.reset();
  if (holds) {
    value = static_cast<T>(core.x[in.rs2]);
    std::memcpy(host, &value, sizeof value);
  }
  core.x[in.rd] = !holds;
}

} // namespace

#define ATOMIC(id, type, value)                                                \
  void landfall::riscv::execute_##id(Core &core, const Instruction &in) {      \
    exchange<type>(core, in, []([[maybe_unused]] type a, type b) -> type {     \
      return value;                                                            \
    });                                                                        \
  }
#define ATOMICS(suffix, signed_type, unsigned_type)                            \
  ATOMIC(amoswap_##suffix, unsigned_type, b)                                   \
  ATOMIC(amoadd_##suffix, unsigned_type, a + b)                                \
  ATOMIC(amoxor_##suffix, unsigned_type, a ^ b)                                \
  ATOMIC(amoand_##suffix, unsigned_type, a &b)                                 \
  ATOMIC(amoor_##suffix, unsigned_type, a | b)                                 \
  ATOMIC(amomin_##suffix, signed_type, std::min(a, b))                         \
  ATOMIC(amomax_##suffix, signed_type, std::max(a, b))                         \
  ATOMIC(amominu_##suffix, unsigned_type, std::min(a, b))                      \
  ATOMIC(amomaxu_##suffix, unsigned_type, std::max(a, b))                      \
  void landfall::riscv::execute_lr_##suffix(Core &core,                        \
                                            const Instruction &in) {           \
    load_reserved<signed_type>(core, in);                                      \
  }                                                                            \
  void landfall::riscv::execute_sc_##suffix(Core &core,                        \
                                            const Instruction &in) {           \
    store_conditional<signed_type>(core, in);                                  \
  }

ATOMICS(w, int32_t, uint32_t)
ATOMICS(d, int64_t, uint64_t)
