//===- entry_points.cpp - The functions a kernel is called by -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/entry_points.h"

#include "base/build_error.h"
#include "compiler/kernels/frame/loop_builder.h"
#include "package/native_abi.h"

#include <cstddef>

namespace landfall::native {

namespace {

using llvm::Value;

Service service_of(ScalarOp op) {
  switch (op) {
#define SERVICE(id)                                                            \
  case ScalarOp::id:                                                           \
    return Service::id;
    SERVICE(exp)
    SERVICE(log)
    SERVICE(sin)
    SERVICE(cos)
    SERVICE(tan)
    SERVICE(asin)
    SERVICE(acos)
    SERVICE(atan)
    SERVICE(sinh)
    SERVICE(cosh)
    SERVICE(tanh)
    SERVICE(asinh)
    SERVICE(acosh)
    SERVICE(atanh)
    SERVICE(erf)
    SERVICE(log1p)
    SERVICE(pow)
    SERVICE(fmod)
    SERVICE(fma)
#undef SERVICE
  default:
    throw BuildError(ErrorCode::internal, "no service computes '" +
                                              std::string(info(op).text) + "'");
  }
}

/// The frame of a function with this calling convention.
class NativeFrame : public kernels::KernelFrame {
public:
  using kernels::KernelFrame::KernelFrame;
  Value *services = nullptr;
  Value *failed_value = nullptr;

  Value *field(Value *structure, size_t offset, llvm::Type *type) {
    Value *address =
        b.CreateConstInBoundsGEP1_64(b.getInt8Ty(), structure, offset);
    return b.CreateLoad(type, address);
  }

  Value *call_math(ScalarOp op, llvm::ArrayRef<Value *> args) override {
    llvm::SmallVector<llvm::Type *, 2> types(args.size(), b.getDoubleTy());
    auto *type = llvm::FunctionType::get(b.getDoubleTy(), types, false);
    Value *function = field(services, sizeof(void *) * uint32_t(service_of(op)),
                            b.getPtrTy());
    llvm::CallInst *call = b.CreateCall(type, function, args);
    call->setDoesNotThrow();
    call->setDoesNotAccessMemory();
    return call;
  }

  void fail(uint32_t number, Value *value) override {
    b.CreateStore(value, failed_value);
    b.CreateRet(b.getInt32(number + 1));
  }
};

class EntryPoints {
public:
  EntryPoints(llvm::Module &module, const Kernel &kernel,
              const kernels::Machine &machine,
              kernels::TaskGenerator &generator)
      : module_(module), b(module.getContext()),
        kernel_(generator.rewritten() ? *generator.rewritten() : kernel),
        original_sizes_(kernel.size_count), machine_(machine),
        generator_(generator) {}

  void emit_plan(const std::string &symbol);
  void emit_run(const std::string &symbol);

private:
  llvm::Function *open(const std::string &name, llvm::Type *result,
                       size_t arguments);
  void load_sizes(NativeFrame &frame, Value *sizes);
  void emit_tasks(NativeFrame &frame, Value *call);
  void emit_ranges(NativeFrame &frame, Value *call);

  llvm::Module &module_;
  llvm::IRBuilder<> b;
  const Kernel &kernel_;
  uint32_t original_sizes_;
  const kernels::Machine &machine_;
  kernels::TaskGenerator &generator_;
};

llvm::Function *EntryPoints::open(const std::string &name, llvm::Type *result,
                                  size_t arguments) {
  llvm::SmallVector<llvm::Type *, 2> types(arguments, b.getPtrTy());
  auto *function =
      llvm::Function::Create(llvm::FunctionType::get(result, types, false),
                             llvm::GlobalValue::ExternalLinkage, name, module_);
  function->setDoesNotThrow();
  // LLVM must not form calls of library functions: there is no C library.
  function->addFnAttr("no-builtins");
  if (machine_.vector.scalable)
    function->addFnAttr(llvm::Attribute::getWithVScaleRangeArgs(
        module_.getContext(), unsigned(machine_.vector.min_vscale),
        unsigned(machine_.vector.max_vscale)));
  else
    function->addFnAttr("prefer-vector-width",
                        std::to_string(machine_.vector.register_bits));
  function->addFnAttr("denormal-fp-math", "ieee,ieee");
  for (llvm::Argument &argument : function->args())
    argument.addAttr(llvm::Attribute::NoAlias);
  b.SetInsertPoint(
      llvm::BasicBlock::Create(module_.getContext(), "entry", function));
  return function;
}

void EntryPoints::load_sizes(NativeFrame &frame, Value *sizes) {
  for (uint32_t k = 0; k < original_sizes_; ++k)
    frame.sizes.push_back(
        frame.field(sizes, k * sizeof(int64_t), b.getInt64Ty()));
  generator_.derive_sizes(frame);
}

void EntryPoints::emit_plan(const std::string &symbol) {
  llvm::Function *function = open(symbol + "_plan", b.getVoidTy(), 2);
  NativeFrame frame(b, kernel_, machine_);
  load_sizes(frame, function->getArg(0));
  frame.threads = frame.field(function->getArg(1),
                              offsetof(NativePlan, threads), b.getInt64Ty());
  kernels::TaskGenerator::Plan plan = generator_.plan(frame);
  auto put = [&](Value *value, size_t offset) {
    b.CreateStore(value, b.CreateConstInBoundsGEP1_64(
                             b.getInt8Ty(), function->getArg(1), offset));
  };
  put(plan.tasks, offsetof(NativePlan, tasks));
  put(plan.scratch_bytes, offsetof(NativePlan, scratch_bytes));
  b.CreateRetVoid();
}

void EntryPoints::emit_run(const std::string &symbol) {
  llvm::Function *function = open(symbol + "_run", b.getInt32Ty(), 1);
  NativeFrame frame(b, kernel_, machine_);
  Value *call = function->getArg(0);
  auto pointer = [&](size_t offset) {
    return frame.field(call, offset, b.getPtrTy());
  };
  Value *operands = pointer(offsetof(NativeCall, operands));
  frame.scratch = pointer(offsetof(NativeCall, scratch));
  frame.local = pointer(offsetof(NativeCall, local));
  frame.services = pointer(offsetof(NativeCall, services));
  frame.failed_value = pointer(offsetof(NativeCall, failed_value));
  frame.threads =
      frame.field(call, offsetof(NativeCall, threads), b.getInt64Ty());
  load_sizes(frame, pointer(offsetof(NativeCall, sizes)));
  for (size_t k = 0; k < kernel_.operands.size(); ++k)
    frame.operands.push_back(
        frame.field(operands, k * sizeof(void *), b.getPtrTy()));
  generator_.prologue(frame);
  if (machine_.scheduling.kernel_pulls_tasks)
    emit_ranges(frame, call);
  else
    emit_tasks(frame, call);
  b.CreateRet(b.getInt32(0));
}

void EntryPoints::emit_tasks(NativeFrame &frame, Value *call) {
  Value *begin = frame.field(call, offsetof(NativeCall, begin), b.getInt64Ty());
  Value *end = frame.field(call, offsetof(NativeCall, end), b.getInt64Ty());
  kernels::emit_for(frame, begin, end,
                    [&](Value *number) { generator_.task(frame, number); });
}

/// Runs one task range after the other until `next` returns 0.
void EntryPoints::emit_ranges(NativeFrame &frame, Value *call) {
  Value *next = frame.field(call, offsetof(NativeCall, next), b.getPtrTy());
  auto *type = llvm::FunctionType::get(b.getInt32Ty(), {b.getPtrTy()}, false);
  kernels::emit_while(frame, {}, [&](auto) -> kernels::Values {
    emit_tasks(frame, call);
    llvm::CallInst *more = b.CreateCall(type, next, {call});
    more->setDoesNotThrow();
    return {b.CreateICmpNE(more, b.getInt32(0))};
  });
}

} // namespace

void emit_entry_points(llvm::Module &module, const std::string &symbol,
                       const Kernel &kernel, const kernels::Machine &machine,
                       kernels::TaskGenerator &generator) {
  EntryPoints entries(module, kernel, machine, generator);
  entries.emit_plan(symbol);
  entries.emit_run(symbol);
}

} // namespace landfall::native
