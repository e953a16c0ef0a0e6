//===- function_split_test.cpp - What kernels share, apart ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/function_split.h"

#include "llvm/IR/Verifier.h"

#include <functional>
#include <gtest/gtest.h>

namespace landfall::native {
namespace {

/// A kernel's module: functions over one i64 that call each other.
class Kernel {
public:
  llvm::LLVMContext context;
  llvm::Module module{"kernel", context};
  llvm::IRBuilder<> b{context};

  /// i64 (i64); `body` gets the argument and gives the result.
  llvm::Function *
  function(const char *name, llvm::GlobalValue::LinkageTypes linkage,
           const std::function<llvm::Value *(llvm::Value *)> &body) {
    llvm::Type *i64 = b.getInt64Ty();
    auto *made = llvm::Function::Create(
        llvm::FunctionType::get(i64, {i64}, false), linkage, name, module);
    llvm::IRBuilderBase::InsertPointGuard guard(b);
    b.SetInsertPoint(llvm::BasicBlock::Create(context, "entry", made));
    b.CreateRet(body(made->getArg(0)));
    return made;
  }
  llvm::Function *adds(const char *name, int64_t number) {
    return function(
        name, llvm::GlobalValue::InternalLinkage,
        [&](llvm::Value *x) { return b.CreateAdd(x, b.getInt64(number)); });
  }
  llvm::Function *calls(const char *name, llvm::Function *callee,
                        llvm::GlobalValue::LinkageTypes linkage =
                            llvm::GlobalValue::InternalLinkage) {
    return function(name, linkage,
                    [&](llvm::Value *x) { return b.CreateCall(callee, {x}); });
  }
  std::vector<SharedFunction> split() {
    std::vector<SharedFunction> moved = split_functions(module);
    EXPECT_FALSE(llvm::verifyModule(module, &llvm::errs()));
    return moved;
  }
};

constexpr auto external = llvm::GlobalValue::ExternalLinkage;

TEST(FunctionSplit, equalFunctionsOfDifferentKernelsHaveOneSymbol) {
  Kernel first, second;
  first.calls("first_run", first.adds("step", 1), external);
  second.adds("other", 3);
  second.calls("second_run", second.adds("step", 1), external);
  auto one = first.split(), two = second.split();
  ASSERT_EQ(one.size(), 1u);
  ASSERT_EQ(two.size(), 2u);
  EXPECT_EQ(one[0].symbol, two[1].symbol);
  EXPECT_EQ(one[0].bitcode, two[1].bitcode);
  EXPECT_NE(two[0].symbol, two[1].symbol);
}

TEST(FunctionSplit, functionsOfOneNameThatDifferHaveTwo) {
  Kernel first, second;
  first.adds("step", 1);
  second.adds("step", 2);
  EXPECT_NE(first.split()[0].symbol, second.split()[0].symbol);
}

TEST(FunctionSplit, aCallersSymbolFollowsFromWhatItCalls) {
  Kernel first, second;
  first.calls("twice", first.adds("step", 1));
  second.calls("twice", second.adds("step", 2));
  auto one = first.split(), two = second.split();
  ASSERT_EQ(one.size(), 2u);
  EXPECT_NE(one[1].symbol, two[1].symbol);
}

TEST(FunctionSplit, whatUsesVariablesStaysAndSoDoItsCallers) {
  Kernel kernel;
  auto *variable = new llvm::GlobalVariable(
      kernel.module, kernel.b.getInt64Ty(), false,
      llvm::GlobalValue::InternalLinkage, kernel.b.getInt64(0), "counter");
  llvm::Function *counts = kernel.function(
      "counts", llvm::GlobalValue::InternalLinkage, [&](llvm::Value *x) {
        kernel.b.CreateStore(x, variable);
        return x;
      });
  kernel.calls("caller", counts);
  EXPECT_TRUE(kernel.split().empty());
}

TEST(FunctionSplit, aMovedFunctionIsWholeUnderItsSymbol) {
  Kernel kernel;
  llvm::Function *step = kernel.adds("step", 1);
  kernel.calls("run", step, external);
  std::vector<SharedFunction> moved = kernel.split();
  EXPECT_TRUE(step->isDeclaration());
  EXPECT_EQ(step->getName(), moved[0].symbol);
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module = module_of(moved[0], context);
  EXPECT_FALSE(llvm::verifyModule(*module, &llvm::errs()));
  llvm::Function *function = module->getFunction(moved[0].symbol);
  ASSERT_TRUE(function);
  EXPECT_FALSE(function->isDeclaration());
  EXPECT_EQ(function->getVisibility(), llvm::GlobalValue::HiddenVisibility);
  EXPECT_EQ(module->size(), 1u);
}

} // namespace
} // namespace landfall::native
