//===- function_split.cpp - What kernels share, apart ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/function_split.h"

#include "base/hash.h"

#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Transforms/Utils/Cloning.h"

#include <fmt/format.h>

namespace landfall::native {

namespace {

/// A moved function in its own module's bitcode, from which its symbol follows.
constexpr const char *name_inside = "shared";

/// Whether the value means the same in any module.
bool is_portable(const llvm::Value *value) {
  if (auto *function = llvm::dyn_cast<llvm::Function>(value))
    return function->isDeclaration();
  if (llvm::isa<llvm::GlobalValue>(value))
    return false;
  auto *constant = llvm::dyn_cast<llvm::Constant>(value);
  return !constant || llvm::all_of(constant->operands(), [](const auto &part) {
    return is_portable(part.get());
  });
}

bool can_move(llvm::Function &function) {
  return function.hasInternalLinkage() && !function.isDeclaration() &&
         llvm::all_of(llvm::instructions(function), [](auto &instruction) {
           return llvm::all_of(instruction.operands(), [](auto &operand) {
             return is_portable(operand.get());
           });
         });
}

void link_across_modules(llvm::Function &function) {
  function.setLinkage(llvm::GlobalValue::ExternalLinkage);
  function.setVisibility(llvm::GlobalValue::HiddenVisibility);
  function.setDSOLocal(true);
}

std::vector<uint8_t> bitcode_of(const llvm::Module &module) {
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::WriteBitcodeToFile(module, stream);
  return {bytes.begin(), bytes.end()};
}

/// A module with this function and what it calls, as declarations.
std::unique_ptr<llvm::Module> alone(const llvm::Function &function) {
  llvm::ValueToValueMapTy map;
  std::unique_ptr<llvm::Module> module = llvm::CloneModule(
      *function.getParent(), map,
      [&](const llvm::GlobalValue *value) { return value == &function; });
  for (llvm::GlobalVariable &variable :
       llvm::make_early_inc_range(module->globals()))
    variable.eraseFromParent();
  for (llvm::Function &other : llvm::make_early_inc_range(*module))
    if (other.isDeclaration() && other.use_empty())
      other.eraseFromParent();
  return module;
}

SharedFunction move_out(llvm::Function &function) {
  std::unique_ptr<llvm::Module> module = alone(function);
  std::string name = function.getName().str();
  llvm::Function &moved = *module->getFunction(name);
  link_across_modules(moved);
  moved.setName(name_inside);
  std::vector<uint8_t> bitcode = bitcode_of(*module);
  std::string symbol =
      fmt::format("{}_{:016x}{:016x}", name, hash_bytes(bitcode, 1),
                  hash_bytes(bitcode, 2));
  function.deleteBody();
  link_across_modules(function);
  function.setName(symbol);
  return {std::move(symbol), std::move(bitcode)};
}

} // namespace

std::vector<SharedFunction> split_functions(llvm::Module &module) {
  std::vector<SharedFunction> moved;
  // Callees are moved before callers.
  for (size_t before = ~size_t(0); before != moved.size();) {
    before = moved.size();
    for (llvm::Function &function : module)
      if (can_move(function))
        moved.push_back(move_out(function));
  }
  return moved;
}

std::unique_ptr<llvm::Module> module_of(const SharedFunction &function,
                                        llvm::LLVMContext &context) {
  llvm::StringRef bytes(reinterpret_cast<const char *>(function.bitcode.data()),
                        function.bitcode.size());
  std::unique_ptr<llvm::Module> module = llvm::cantFail(
      llvm::parseBitcodeFile(llvm::MemoryBufferRef(bytes, "shared"), context));
  module->getFunction(name_inside)->setName(function.symbol);
  return module;
}

} // namespace landfall::native
