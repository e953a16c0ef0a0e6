//===- object_emitter.h - LLVM IR to machine code --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/llvm_headers.h"
#include "compiler/native/variant.h"

#include "base/result.h"

#include <vector>

namespace llvm {
class TargetMachine;
}

namespace landfall::native {

/// Optimises modules for one machine and turns them into object files. Use one
/// in a thread.
class ObjectEmitter {
public:
  static Result<ObjectEmitter> create(const Variant &variant);
  ObjectEmitter(ObjectEmitter &&);
  ~ObjectEmitter();

  /// Sets the module's machine; call it before filling the module.
  void prepare(llvm::Module &module);
  /// Optimises the module in place.
  void optimize(llvm::Module &module);
  /// The object file. Fails on IR that the back end cannot take (our bug).
  Result<std::vector<uint8_t>> emit(llvm::Module &module);

private:
  ObjectEmitter(std::unique_ptr<llvm::TargetMachine> machine,
                std::string_view tuning);
  std::unique_ptr<llvm::TargetMachine> machine_;
  std::string_view tuning_; ///< Variant::tuning.
};

} // namespace landfall::native
