//===- entry.cpp - Where every hart begins --------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The management core's stack is its own scratchpad, so that its data is close;
// compute cores give theirs to kernels, but for a stack if it is large.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/firmware/protocol.h"

namespace landfall::reef {

static_assert(stack_bytes == 1 << 16, "the shift below");

// a0 is the hart's number.
extern "C" [[gnu::naked, gnu::used, gnu::section(".text.entry")]] void
firmware_entry() {
  asm volatile("li t0, %[scratch_bytes]\n"
               "ld t0, 0(t0)\n"
               "li sp, %[scratchpad]\n"
               "add sp, sp, t0\n"
               "bnez a0, 1f\n"
               "call reef_manage\n"
               "1:\n"
               "li t1, %[least_scratchpad]\n"
               "bgeu t0, t1, 2f\n"
               "slli t0, a0, 16\n"
               "li sp, %[stack_top]\n"
               "add sp, sp, t0\n"
               "2:\n"
               "call reef_work\n" ::[scratch_bytes] "i"(
                   core_registers + core_register::scratch_bytes),
               [scratchpad] "i"(scratchpad_base),
               [least_scratchpad] "i"(least_scratchpad_of_stack),
               [stack_top] "i"(stack_base + stack_bytes));
}

} // namespace landfall::reef
