//===- assembly.cpp - Loops written in assembly ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/matrix/assembly.h"

#include "llvm/IR/InlineAsm.h"

namespace landfall::reef {

void emit_assembly(kernels::KernelFrame &frame, const AssemblyText &text,
                   llvm::ArrayRef<llvm::Value *> arguments) {
  std::string constraints;
  llvm::SmallVector<llvm::Type *, 9> types;
  for (auto [number, argument] : llvm::enumerate(arguments)) {
    constraints += fmt::format("{{x{}}},", 10 + number);
    types.push_back(argument->getType());
  }
  for (const char *temporary :
       {"t0", "t1", "t2", "t3", "t4", "t5", "t6", "s3", "s4", "s5"})
    constraints += fmt::format("~{{{}}},", temporary);
  for (int vector = 0; vector < 32; ++vector)
    constraints += fmt::format("~{{v{}}},", vector);
  constraints += "~{vl},~{vtype},~{memory}";
  auto *type = llvm::FunctionType::get(frame.b.getVoidTy(), types, false);
  frame.b.CreateCall(type,
                     llvm::InlineAsm::get(type, text.text(), constraints,
                                          /*hasSideEffects=*/true),
                     arguments);
}

} // namespace landfall::reef
