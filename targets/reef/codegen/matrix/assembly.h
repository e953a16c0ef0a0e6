//===- assembly.h - Loops written in assembly ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// From intrinsics, LLVM sets the type, tm and tk anew for every instruction of
// the matrix unit, which takes longer to issue than small tiles take to
// multiply.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

#include <fmt/format.h>
#include <string>
#include <utility>

namespace landfall::reef {

/// Lines of assembly.
class AssemblyText {
public:
  template <typename... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments &&...arguments) {
    fmt::format_to(std::back_inserter(text_), format,
                   std::forward<Arguments>(arguments)...);
    text_ += '\n';
  }
  /// body() as long as t6 is not less than `steps`, each time so many less.
  /// Labels `number` and the next one; t4 is scratch.
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

/// Emits assembly that finds `arguments` in a0, a1, ..., s2 and may change them
/// not, but t0 to t6, s3 to s5 and all of the vector and the matrix unit.
void emit_assembly(kernels::KernelFrame &frame, const AssemblyText &text,
                   llvm::ArrayRef<llvm::Value *> arguments);

} // namespace landfall::reef
