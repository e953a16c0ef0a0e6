//===- cpu_executable.h - Kernels loaded into this process -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/native_abi.h"
#include "runtime/device.h"
#include "targets/cpu/driver/elf_loader.h"

#include <vector>

namespace landfall::cpu {

using PlanFunction = void (*)(const int64_t *sizes, NativePlan *plan);
using RunFunction = int32_t (*)(const NativeCall *call);

/// The functions of a kernel that falls back are null.
struct CpuKernel {
  PlanFunction plan;
  RunFunction run;
  const Kernel *description;
};

class CpuExecutable : public runtime::Executable {
public:
  using Executable::Executable;
  /// Loads the best code section that this machine can run. If there is none,
  /// the error lists the package's sections and what the machine could run.
  static Result<std::unique_ptr<runtime::Executable>>
  load(const Package &package);

  std::span<const CpuKernel> kernels() const { return kernels_; }

private:
  std::unique_ptr<LoadedCode> image_; ///< None if no kernel runs natively.
  std::vector<CpuKernel> kernels_;
};

} // namespace landfall::cpu
