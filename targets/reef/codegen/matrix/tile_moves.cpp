//===- tile_moves.cpp - Moves between tiles and memory --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/matrix/tile_moves.h"

#include "targets/reef/codegen/matrix/assembly.h"

namespace landfall::reef {

namespace {

/// A row or column of a tile, encoded as the instructions take it.
constexpr unsigned columns = 1u << 24;
constexpr unsigned tile(unsigned number) { return 4 * number << 27; }

/// A move of a row or column: the registers with its selector, its address, and
/// the step to the next address.
struct Move {
  const char *part, *address, *step;
};

/// Repeats the moves, one per tile, t6 times. A move occupies its tile for four
/// cycles, so that alternating between four tiles hides the latency.
void emit_moves(AssemblyText &text, const char *move, unsigned bits,
                llvm::ArrayRef<Move> moves, int label) {
  auto once = [&] {
    for (const Move &one : moves) {
      text.line("sf.{}{} {}, ({})", move, bits, one.part, one.address);
      text.line("add {0}, {0}, {1}", one.address, one.step);
    }
    for (const Move &one : moves)
      text.line("addi {0}, {0}, 1", one.part);
  };
  constexpr unsigned at_once = 8;
  text.loop(at_once, label, [&] {
    for (unsigned k = 0; k < at_once; ++k)
      once();
  });
  text.loop(1, label + 2, once);
}

/// Moves to two addresses each, which advance alternately by s5 and t5; the
/// selectors are of the tiles for the first and the second address.
constexpr Move by_four[] = {{"t2", "t0", "s5"},
                            {"s3", "t1", "s5"},
                            {"t3", "t0", "t5"},
                            {"s4", "t1", "t5"}};
constexpr Move by_two[] = {{"t2", "t0", "t5"}, {"s3", "t1", "t5"}};

void set_parts(AssemblyText &text, const unsigned (&parts)[4]) {
  const char *registers[] = {"t2", "t3", "s3", "s4"};
  for (unsigned k = 0; k < 4; ++k)
    text.line("li {}, {}", registers[k], parts[k]);
}

/// Registers of both: a0 edge; a1 source, a2 its step; a3 destination, a4 its
/// step; a5 columns; s5 bytes of an edge.
AssemblyText begin_turn(unsigned bits, const char *columns) {
  AssemblyText text;
  text.line("sf.vsettnt x0, {}, e{}, w1", columns, bits);
  text.line("slli s5, a0, {}", bits / 16);
  text.line("mv t0, a1");
  text.line("mul t1, a0, a2");
  text.line("add t1, t1, a1");
  text.line("mv t6, a0");
  return text;
}

/// Half i of the rows in tile i.
AssemblyText transpose_one(unsigned bits) {
  AssemblyText text = begin_turn(bits, "a5"); // Nothing behind is read.
  text.line("mv t5, a2");
  text.line("li t2, {}", tile(0));
  text.line("li s3, {}", tile(1));
  emit_moves(text, "vlte", bits, by_two, 1);
  text.line("sf.vsettn x0, a0");
  text.line("mv t0, a3");
  text.line("add t1, a3, s5");
  text.line("mv t6, a5");
  text.line("mv t5, a4");
  text.line("li t2, {}", columns | tile(0));
  text.line("li s3, {}", columns | tile(1));
  emit_moves(text, "vste", bits, by_two, 5);
  return text;
}

/// Half i of the rows by square j in tile 2 j + i.
AssemblyText transpose_two(unsigned bits) {
  AssemblyText text = begin_turn(bits, "a0");
  text.line("sub t5, a2, s5");
  set_parts(text, {tile(0), tile(2), tile(1), tile(3)});
  emit_moves(text, "vlte", bits, by_four, 1);
  text.line("mv t0, a3");
  text.line("mul t1, a0, a4");
  text.line("add t1, t1, a3");
  text.line("mv t6, a5");
  text.line("sub t5, a4, s5");
  set_parts(text, {columns | tile(0), columns | tile(1), columns | tile(2),
                   columns | tile(3)});
  emit_moves(text, "vste", bits, by_four, 5);
  return text;
}

} // namespace

void emit_transpose_loop(kernels::KernelFrame &frame,
                         const TransposeLoop &loop) {
  emit_assembly(frame,
                loop.squares == 2 ? transpose_two(loop.element_bits)
                                  : transpose_one(loop.element_bits),
                {loop.edge, loop.from, loop.from_step, loop.to, loop.to_step,
                 loop.columns});
}

/// a0 edge; a1 sums.
void emit_block_loop(kernels::KernelFrame &frame, TileMove move,
                     llvm::Value *edge, llvm::Value *sums) {
  AssemblyText text;
  text.line("sf.vsettnt x0, a0, e32, w1");
  text.line("slli t5, a0, 2");
  text.line("mv s5, t5");
  text.line("mv t0, a1");
  text.line("mul t1, a0, t5");
  text.line("slli t1, t1, 1");
  text.line("add t1, t1, a1");
  set_parts(text, {tile(0), tile(1), tile(2), tile(3)});
  text.line("mv t6, a0");
  emit_moves(text, move == TileMove::load ? "vlte" : "vste", 32, by_four, 1);
  emit_assembly(frame, text, {edge, sums});
}

} // namespace landfall::reef
