//===- multiply_loop.cpp - Products of panels in tiles --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Written in assembly: from intrinsics, LLVM sets the type, tm and tk anew for
// every instruction of the matrix unit, which takes longer to issue than small
// tiles take to multiply.
//
// A step loads both halves of both panels, each to the group that its operand
// must begin at, and multiplies four times. Steps alternate between two orders,
// so that what the next one begins with was loaded early:
//
//   tile   0 2 3 1 | 2 0 1 3        rows, lanes of tile 0: groups 0 and 2,
//                                   1: 0, 3   2: 1, 2   3: 1, 3
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/multiply_loop.h"

#include "llvm/IR/InlineAsm.h"

#include <fmt/format.h>

namespace landfall::reef {

using llvm::Value;

namespace {

constexpr unsigned order[2][4] = {{0, 2, 3, 1}, {2, 0, 1, 3}};

/// Registers: a0 edge; a1, a2 panels; a3, a4 rows and a5, a6 lanes of halves;
/// a7 depth; t0 to t3 what groups 0 to 3 are loaded from; t5 bytes from step to
/// step; t6 steps left.
class LoopText {
public:
  std::string emit() {
    place_operands();
    for (const char *count : {"a3", "a4", "a5", "a6"})
      line("bne {}, a0, 3f", count);
    line("sf.vsettm x0, a0");
    emit_pairs(/*whole=*/true);
    line("3:");
    emit_pairs(/*whole=*/false);
    line("blez t6, 4f");
    step(order[0], /*whole=*/false);
    line("4:");
    return text_;
  }

private:
  template <typename... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments &&...arguments) {
    fmt::format_to(std::back_inserter(text_), format,
                   std::forward<Arguments>(arguments)...);
    text_ += '\n';
  }

  void place_operands() {
    line("slli t5, a0, 2");
    line("mv t0, a1");
    line("add t1, a1, t5");
    line("mv t2, a2");
    line("add t3, a2, t5");
    line("slli t5, t5, 1");
    line("mv t6, a7");
    line("sf.vsettnt x0, a0, e32, w1");
    line("sf.vsettk x0, x0");
  }

  void load(unsigned group) {
    line("vle32.v v{}, (t{})", 8 * group, group);
    line("add t{0}, t{0}, t5", group);
  }
  /// Half i of the rows is in group i, half j of the lanes in group 2 + j.
  void multiply(unsigned tile) {
    line("sf.mm.f.f mt{}, v{}, v{}", 4 * tile, 8 * (tile / 2),
         8 * (2 + tile % 2));
  }

  /// Loads, and multiplies in one of both orders. Unless `whole`, halves are
  /// used as a3 to a6 say.
  void step(const unsigned (&tiles)[4], bool whole) {
    // The operands of the first multiplication first.
    unsigned row = tiles[0] / 2;
    if (!whole)
      line("sf.vsettn x0, a0");
    for (unsigned group : {2u, row, 1 - row, 3u})
      load(group);
    for (unsigned k = 0; k < 4; ++k) {
      unsigned row_half = tiles[k] / 2, lane_half = tiles[k] % 2;
      if (!whole && k % 2 == 0)
        line("sf.vsettn x0, a{}", 5 + lane_half);
      if (!whole && (k == 0 || row_half != tiles[k - 1] / 2))
        line("sf.vsettm x0, a{}", 3 + row_half);
      multiply(tiles[k]);
    }
  }

  /// All pairs of steps.
  void emit_pairs(bool whole) {
    line("li t4, 2");
    line("blt t6, t4, 2f");
    line("1:");
    step(order[0], whole);
    step(order[1], whole);
    line("addi t6, t6, -2");
    line("bge t6, t4, 1b");
    line("2:");
  }

  std::string text_;
};

std::string constraints() {
  std::string all;
  for (int argument = 0; argument < 8; ++argument)
    all += fmt::format("{{x{}}},", 10 + argument);
  for (const char *temporary : {"t0", "t1", "t2", "t3", "t4", "t5", "t6"})
    all += fmt::format("~{{{}}},", temporary);
  for (int vector = 0; vector < 32; ++vector)
    all += fmt::format("~{{v{}}},", vector);
  return all + "~{vl},~{vtype},~{memory}";
}

} // namespace

void emit_multiply_loop(KernelFrame &frame, const MultiplyLoop &loop) {
  llvm::SmallVector<Value *, 8> arguments = {
      loop.edge,           loop.rows,          loop.lanes,
      loop.row_counts[0],  loop.row_counts[1], loop.lane_counts[0],
      loop.lane_counts[1], loop.depth};
  llvm::SmallVector<llvm::Type *, 8> types;
  for (Value *argument : arguments)
    types.push_back(argument->getType());
  auto *type = llvm::FunctionType::get(frame.b.getVoidTy(), types, false);
  frame.b.CreateCall(type,
                     llvm::InlineAsm::get(type, LoopText().emit(),
                                          constraints(),
                                          /*hasSideEffects=*/true),
                     arguments);
}

} // namespace landfall::reef
