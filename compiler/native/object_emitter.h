//===- object_emitter.h - LLVM IR to machine code --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/llvm_headers.h"
#include "compiler/native/variant.h"

#include "base/result.h"

#include "llvm/Support/CodeGen.h"

#include <string>
#include <vector>

namespace llvm {
class TargetMachine;
}

namespace landfall::native {

/// Optimises LLVM modules for one machine and emits object files. Not
/// thread-safe: each thread has its own.
class ObjectEmitter {
public:
  static Result<ObjectEmitter> create(const Variant &variant);
  ObjectEmitter(ObjectEmitter &&) noexcept;
  ~ObjectEmitter();

  /// Sets the module's target triple and data layout; call it before emitting
  /// IR into the module.
  void prepare(llvm::Module &module);
  /// Optimises the module in place.
  void optimize(llvm::Module &module);
  /// The object file's bytes. Fails with `internal` if LLVM cannot select
  /// instructions for the IR.
  Result<std::vector<uint8_t>> emit(llvm::Module &module);
  /// The same as assembly text.
  Result<std::string> assembly(llvm::Module &module);

private:
  ObjectEmitter(std::unique_ptr<llvm::TargetMachine> machine,
                const Variant &variant);
  Status emit(llvm::Module &module, llvm::SmallVectorImpl<char> &to,
              llvm::CodeGenFileType type);
  std::unique_ptr<llvm::TargetMachine> machine_;
  std::string_view tuning_; ///< Variant::tuning.
  /// Whether addresses are left to instructions. With short vectors they cost
  /// windows of AVX2 6 to 8% of their speed.
  bool is_scaling_;
};

} // namespace landfall::native
