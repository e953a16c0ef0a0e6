//===- tile_registers.cpp - Permission to use AMX -------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/tile_registers.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace landfall {

bool may_use_tile_registers() {
#if defined(__x86_64__) && defined(__linux__)
  constexpr long request_permission = 0x1023, tile_data = 18;
  return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
#else
  return false;
#endif
}

} // namespace landfall
