//===- tile_moves.cpp - Loops between tiles and memory --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/tile_moves.h"

#include "targets/reef/codegen/assembly.h"

namespace landfall::reef {

namespace {

/// What of which tile, as the instructions want it told.
constexpr unsigned columns = 1u << 24;
constexpr unsigned tile(unsigned number) { return 4 * number << 27; }

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
  constexpr unsigned at_once = 8;
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
  text.line("li t3, {}", tile(1));
  text.line("mv t6, a0");
  emit_moves(text, "vlte", loop.element_bits, "a2", 1);
  text.line("mv t0, a3");
  text.line("slli t1, a0, {}", loop.element_bits / 16);
  text.line("add t1, t1, a3");
  text.line("li t2, {}", columns);
  text.line("li t3, {}", tile(1) | columns);
  text.line("mv t6, a5");
  emit_moves(text, "vste", loop.element_bits, "a4", 5);
  emit_assembly(frame, text,
                {loop.edge, loop.from, loop.from_step, loop.to, loop.to_step,
                 loop.columns});
}

/// a0 edge; a1 sums.
void emit_block_loop(KernelFrame &frame, TileMove move, llvm::Value *edge,
                     llvm::Value *sums) {
  AssemblyText text;
  text.line("sf.vsettnt x0, a0, e32, w1");
  text.line("slli t5, a0, 3");
  text.line("mv t0, a1");
  text.line("slli t1, a0, 2");
  text.line("add t1, t1, a1");
  for (unsigned half : {0u, 1u}) {
    text.line("li t2, {}", tile(2 * half));
    text.line("li t3, {}", tile(2 * half + 1));
    text.line("mv t6, a0");
    emit_moves(text, move == TileMove::load ? "vlte" : "vste", 32, "t5",
               1 + 4 * half);
  }
  emit_assembly(frame, text, {edge, sums});
}

} // namespace landfall::reef
