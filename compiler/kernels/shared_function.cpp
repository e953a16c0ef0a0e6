//===- shared_function.cpp - Loops with all registers ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/shared_function.h"

#include "compiler/kernels/contraction_tile.h"

namespace landfall {

using llvm::Value;

void call_shared(KernelFrame &frame, const std::string &symbol,
                 llvm::ArrayRef<Value *> arguments,
                 const std::function<void(llvm::ArrayRef<Value *>)> &body) {
  llvm::SmallVector<llvm::Type *, 5> types;
  for (Value *argument : arguments)
    types.push_back(argument->getType());
  auto [function, fresh] = inner_function(frame, symbol, types);
  if (fresh) {
    llvm::IRBuilderBase::InsertPointGuard guard(frame.b);
    frame.b.SetInsertPoint(
        llvm::BasicBlock::Create(frame.b.getContext(), "entry", function));
    llvm::SmallVector<Value *, 8> inner;
    for (llvm::Argument &argument : function->args())
      inner.push_back(&argument);
    body(inner);
    frame.b.CreateRetVoid();
  }
  frame.b.CreateCall(function, arguments);
}

} // namespace landfall
