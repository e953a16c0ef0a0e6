//===- entry.cpp - Where every hart begins --------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The management core's stack is in its scratchpad, which is fast. Compute
// cores leave theirs to kernels; if it is large, their stack is at its end.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/firmware/protocol.h"

namespace landfall::reef {

// a0 is the hart's number. t1 becomes stack_bytes(vector_bits).
extern "C" [[gnu::naked, gnu::used, gnu::section(".text.entry")]] void
firmware_entry() {
  asm volatile(
      "li t0, %[scratch_bytes]\n"
      "ld t0, 0(t0)\n"
      "li sp, %[scratchpad]\n"
      "add sp, sp, t0\n"
      "bnez a0, 1f\n"
      "call reef_manage\n"
      "1:\n"
      "li t1, %[vector_bits]\n"
      "ld t1, 0(t1)\n"
      "li t2, %[stack_of_a_bit]\n"
      "mul t1, t1, t2\n"
      "li t2, %[min_stack]\n"
      "bgeu t1, t2, 2f\n"
      "mv t1, t2\n"
      "2:\n"
      "li t2, %[in_scratchpad]\n"
      "mul t2, t1, t2\n"
      "bgeu t0, t2, 3f\n"
      "addi t2, a0, 1\n"
      "mul t1, t1, t2\n"
      "li sp, %[stacks]\n"
      "add sp, sp, t1\n"
      "3:\n"
      "call reef_work\n" ::[scratch_bytes] "i"(core_registers +
                                               core_register::scratch_bytes),
      [scratchpad] "i"(scratchpad_base),
      [vector_bits] "i"(core_registers + core_register::vector_bits),
      [stack_of_a_bit] "i"(stack_bytes_per_bit),
      [min_stack] "i"(min_stack_bytes),
      [in_scratchpad] "i"(stacks_in_scratchpad), [stacks] "i"(stack_base));
}

} // namespace landfall::reef
