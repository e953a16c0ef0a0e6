//===- shared_function.cpp - Functions that kernels share -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/frame/shared_function.h"

namespace landfall::kernels {

using llvm::Value;

std::pair<llvm::Function *, bool>
inner_function(KernelFrame &frame, const std::string &symbol,
               llvm::ArrayRef<llvm::Type *> parameters) {
  llvm::Function *caller = frame.b.GetInsertBlock()->getParent();
  llvm::Module *module = caller->getParent();
  if (llvm::Function *existing = module->getFunction(symbol))
    return {existing, false};
  llvm::LLVMContext &context = module->getContext();
  auto *function = llvm::Function::Create(
      llvm::FunctionType::get(llvm::Type::getVoidTy(context), parameters,
                              false),
      llvm::Function::InternalLinkage, symbol, module);
  function->setAttributes(llvm::AttributeList().addFnAttributes(
      context,
      llvm::AttrBuilder(context, caller->getAttributes().getFnAttrs())));
  function->addFnAttr(llvm::Attribute::NoInline);
  for (unsigned argument = 0; argument < parameters.size(); ++argument)
    if (parameters[argument]->isPointerTy())
      function->addParamAttr(argument, llvm::Attribute::NoAlias);
  return {function, true};
}

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

} // namespace landfall::kernels
