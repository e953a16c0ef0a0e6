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

/// Lines of assembly. Registers: a0 edge; t0 to t3 what groups 0 to 3 are
/// loaded from; t4 scratch; t5 bytes of the steps taken at once; t6 steps left.
class Text {
public:
  explicit Text(PanelTypes types)
      : types_(types), at_once_(types.steps_at_once()) {}

  std::string take() { return std::move(text_); }

  template <typename... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments &&...arguments) {
    fmt::format_to(std::back_inserter(text_), format,
                   std::forward<Arguments>(arguments)...);
    text_ += '\n';
  }
  void set_type() {
    bool bytes = types_.are_bytes();
    line("sf.vsettnt x0, a0, {}", bytes ? "e8, w4" : "e32, w1");
    line("sf.vsettk x0, x0");
  }
  /// `to` = `from` elements in bytes.
  void bytes(const char *to, const char *from) {
    line("slli {}, {}, {}", to, from, types_.are_bytes() ? 0 : 2);
  }
  /// t5: bytes of so many steps.
  void step_bytes(unsigned steps) {
    bytes("t5", "s2");
    if (steps > 1)
      line("slli t5, t5, {}", steps / 2);
  }
  /// Rows of an operand are so many registers apart.
  unsigned apart() const { return 8 / at_once_; }
  /// The next steps of a group: all that an instruction takes, or one.
  void load(unsigned group, unsigned steps) {
    // Four steps of bytes, two registers each, are a whole group.
    if (steps > 1)
      line("vl8re8.v v{}, (t{})", 8 * group, group);
    else
      line("vle{}.v v{}, (t{})", types_.are_bytes() ? 8 : 32, 8 * group, group);
    line("add t{0}, t{0}, t5", group);
  }
  /// Half i of the rows is in group i, half j of the lanes in group 2 + j.
  void multiply(unsigned tile) {
    line("sf.mm.{} mt{}, v{}, v{}", types_.suffix(), 4 * tile, 8 * (tile / 2),
         8 * (2 + tile % 2));
  }
  /// body(steps) as long as there are so many steps, at label `number`.
  template <typename Body> void loop(unsigned steps, int number, Body body) {
    line("li t4, {}", steps);
    line("blt t6, t4, {}f", number + 1);
    line("{}:", number);
    body();
    line("addi t6, t6, -{}", steps);
    line("bge t6, t4, {}b", number);
    line("{}:", number + 1);
  }

private:
  PanelTypes types_;
  unsigned at_once_;
  std::string text_;
};

/// s2 pitch; a1, a2 panels; a3, a4 rows and a5, a6 lanes of halves; a7 depth.
class MultiplyText {
public:
  explicit MultiplyText(PanelTypes types)
      : text_(types), at_once_(types.steps_at_once()) {}

  std::string emit() {
    text_.bytes("t5", "a0");
    text_.line("mv t0, a1");
    text_.line("add t1, a1, t5");
    text_.line("mv t2, a2");
    text_.line("add t3, a2, t5");
    text_.line("mv t6, a7");
    text_.set_type();
    text_.step_bytes(at_once_);
    for (const char *count : {"a3", "a4", "a5", "a6"})
      text_.line("bne {}, a0, 9f", count);
    text_.line("sf.vsettm x0, a0");
    emit_pairs(/*whole=*/true, 1);
    text_.line("9:");
    emit_pairs(/*whole=*/false, 3);
    text_.loop(at_once_, 5, [&] { step(order[0], /*whole=*/false, at_once_); });
    if (at_once_ > 1) {
      text_.line("li t4, 1");
      text_.line("sf.vsettk x0, t4");
      text_.step_bytes(1);
      text_.loop(1, 7, [&] { step(order[0], /*whole=*/false, 1); });
    }
    return text_.take();
  }

private:
  /// Loads, and multiplies in one of both orders. Unless `whole`, halves are
  /// used as a3 to a6 say.
  void step(const unsigned (&tiles)[4], bool whole, unsigned steps) {
    // The operands of the first multiplication first.
    unsigned row = tiles[0] / 2;
    if (!whole)
      text_.line("sf.vsettn x0, a0");
    for (unsigned group : {2u, row, 1 - row, 3u})
      text_.load(group, steps);
    for (unsigned k = 0; k < 4; ++k) {
      unsigned row_half = tiles[k] / 2, lane_half = tiles[k] % 2;
      if (!whole && k % 2 == 0)
        text_.line("sf.vsettn x0, a{}", 5 + lane_half);
      if (!whole && (k == 0 || row_half != tiles[k - 1] / 2))
        text_.line("sf.vsettm x0, a{}", 3 + row_half);
      text_.multiply(tiles[k]);
    }
  }
  void emit_pairs(bool whole, int label) {
    text_.loop(2 * at_once_, label, [&] {
      step(order[0], whole, at_once_);
      step(order[1], whole, at_once_);
    });
  }

  Text text_;
  unsigned at_once_;
};

/// s2 pitch; a1 panel; a2 depth. The other operand is ones, of a single lane or
/// row.
std::string sum_text(PanelSide side, PanelTypes types) {
  Text text(types);
  bool of_rows = side == PanelSide::rows;
  unsigned first = of_rows ? 0 : 2, ones = of_rows ? 2 : 0;
  text.bytes("t5", "a0");
  text.line("mv t{}, a1", first);
  text.line("add t{}, a1, t5", first + 1);
  text.line("mv t6, a2");
  text.set_type();
  text.step_bytes(types.steps_at_once());
  for (unsigned k = 0; k < types.steps_at_once(); ++k)
    text.line("vmv.v.i v{}, 1", 8 * ones + k * text.apart());
  text.line("li t4, 1");
  text.line("sf.vsettm x0, {}", of_rows ? "a0" : "t4");
  auto step = [&](unsigned steps) {
    text.line("sf.vsettn x0, a0");
    text.load(first, steps);
    text.load(first + 1, steps);
    if (of_rows) {
      text.line("li t{}, 1", ones);
      text.line("sf.vsettn x0, t{}", ones);
    }
    text.multiply(0);
    text.multiply(of_rows ? 2 : 1);
  };
  text.loop(types.steps_at_once(), 1, [&] { step(types.steps_at_once()); });
  text.line("li t4, 1");
  text.line("sf.vsettk x0, t4");
  text.step_bytes(1);
  text.loop(1, 3, [&] { step(1); });
  return text.take();
}

/// Arguments in s2 and from a0 on.
void emit_assembly(KernelFrame &frame, const std::string &text,
                   llvm::ArrayRef<Value *> arguments) {
  std::string constraints;
  llvm::SmallVector<llvm::Type *, 9> types;
  for (auto [number, argument] : llvm::enumerate(arguments)) {
    constraints += fmt::format("{{x{}}},", number == 0 ? 18 : 9 + number);
    types.push_back(argument->getType());
  }
  for (const char *temporary : {"t0", "t1", "t2", "t3", "t4", "t5", "t6"})
    constraints += fmt::format("~{{{}}},", temporary);
  for (int vector = 0; vector < 32; ++vector)
    constraints += fmt::format("~{{v{}}},", vector);
  constraints += "~{vl},~{vtype},~{memory}";
  auto *type = llvm::FunctionType::get(frame.b.getVoidTy(), types, false);
  frame.b.CreateCall(type,
                     llvm::InlineAsm::get(type, text, constraints,
                                          /*hasSideEffects=*/true),
                     arguments);
}

} // namespace

std::string PanelTypes::suffix() const {
  auto letter = [](DType type) {
    return type == DType::f32 ? 'f' : type == DType::i8 ? 's' : 'u';
  };
  return {letter(rows), '.', letter(lanes)};
}

void emit_multiply_loop(KernelFrame &frame, const MultiplyLoop &loop) {
  emit_assembly(frame, MultiplyText(loop.types).emit(),
                {loop.pitch, loop.edge, loop.rows, loop.lanes,
                 loop.row_counts[0], loop.row_counts[1], loop.lane_counts[0],
                 loop.lane_counts[1], loop.depth});
}

void emit_sum_loop(KernelFrame &frame, const SumLoop &loop) {
  emit_assembly(frame, sum_text(loop.side, {loop.type, loop.type}),
                {loop.pitch, loop.edge, loop.panel, loop.depth});
}

} // namespace landfall::reef
