//===- assembly.h - Loops written in assembly ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Inner loops of the matrix unit are written as inline assembly. With
// intrinsics, LLVM sets the element type, tm and tk again before every matrix
// instruction, which takes longer than a product of small tiles.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

#include <fmt/format.h>
#include <string>
#include <utility>

namespace landfall::reef {

/// Assembly text, built line by line.
class AssemblyText {
public:
  template <typename... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments &&...arguments) {
    fmt::format_to(std::back_inserter(text_), format,
                   std::forward<Arguments>(arguments)...);
    text_ += '\n';
  }
  /// while (t6 >= steps) { body(); t6 -= steps; }. Uses t4 and the local labels
  /// `number` and `number + 1`.
  template <typename Body> void loop(unsigned steps, int number, Body body) {
    line("li t4, {}", steps);
    line("blt t6, t4, {}f", number + 1);
    line("{}:", number);
    body();
    line("addi t6, t6, -{}", steps);
    line("bge t6, t4, {}b", number);
    line("{}:", number + 1);
  }
  const std::string &text() const { return text_; }

private:
  std::string text_;
};

/// Emits inline assembly with `arguments` (at most nine) in a0 to a7 and s2.
/// The text must not change those; it may change t0 to t6, s3 to s5 and all
/// state of the vector and matrix units.
void emit_assembly(kernels::KernelFrame &frame, const AssemblyText &text,
                   llvm::ArrayRef<llvm::Value *> arguments);

} // namespace landfall::reef
