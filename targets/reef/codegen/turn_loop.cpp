//===- turn_loop.cpp - Rows to columns through tiles ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/turn_loop.h"

#include "targets/reef/codegen/assembly.h"

namespace landfall::reef {

namespace {

/// Tiles mt0 and mt4, as the instructions want it told.
constexpr unsigned second_tile = 4u << 27, columns = 1u << 24;

/// t6 rows or columns of both tiles: addresses in t0 and t1, `step` apart,
/// numbers in t2 and t3.
void emit_moves(AssemblyText &text, const char *move, unsigned bits,
                const char *step, int label) {
  auto one = [&] {
    text.line("sf.{}{} t2, (t0)", move, bits);
    text.line("add t0, t0, {}", step);
    text.line("sf.{}{} t3, (t1)", move, bits);
    text.line("add t1, t1, {}", step);
    text.line("addi t2, t2, 1");
    text.line("addi t3, t3, 1");
  };
  constexpr unsigned at_once = 4;
  text.loop(at_once, label, [&] {
    for (unsigned k = 0; k < at_once; ++k)
      one();
  });
  text.loop(1, label + 2, one);
}

} // namespace

/// a0 edge; a1 from, a2 its step; a3 to, a4 its step; a5 columns.
void emit_turn_loop(KernelFrame &frame, const TurnLoop &loop) {
  AssemblyText text;
  text.line("sf.vsettnt x0, a0, e{}, w1", loop.element_bits);
  text.line("mv t0, a1");
  text.line("mul t1, a0, a2");
  text.line("add t1, t1, a1");
  text.line("li t2, 0");
  text.line("li t3, {}", second_tile);
  text.line("mv t6, a0");
  emit_moves(text, "vlte", loop.element_bits, "a2", 1);
  text.line("mv t0, a3");
  text.line("slli t1, a0, {}", loop.element_bits / 16);
  text.line("add t1, t1, a3");
  text.line("li t2, {}", columns);
  text.line("li t3, {}", second_tile | columns);
  text.line("mv t6, a5");
  emit_moves(text, "vste", loop.element_bits, "a4", 5);
  emit_assembly(frame, text,
                {loop.edge, loop.from, loop.from_step, loop.to, loop.to_step,
                 loop.columns});
}

} // namespace landfall::reef
