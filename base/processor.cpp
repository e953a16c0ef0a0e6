//===- processor.cpp - The processor that this program runs on ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/processor.h"

#if defined(__riscv)
#include <sys/auxv.h>
#endif

namespace landfall {

int riscv_register_bits() {
#if defined(__riscv)
  constexpr unsigned long has_vectors = 1ul << ('V' - 'A');
  if (!(getauxval(AT_HWCAP) & has_vectors))
    return 0;
  unsigned long bytes = 0;
  // By its number, as the assembler knows vlenb only where V may be used.
  asm volatile("csrr %0, 0xc22" : "=r"(bytes));
  return int(bytes * 8);
#else
  return 0;
#endif
}

} // namespace landfall
