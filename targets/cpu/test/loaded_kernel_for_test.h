//===- loaded_kernel_for_test.h - One launch of loaded code -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For tests only: what runs the suite's launches, in the test program and in
// the kernel runner of other machines.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/native_abi.h"
#include "targets/cpu/driver/elf_loader.h"

#include <memory>
#include <vector>

namespace landfall::cpu {

/// Memory with pages that fault on both sides of it.
class FencedBuffer {
public:
  FencedBuffer(const std::vector<uint8_t> &contents, bool at_end);
  ~FencedBuffer();
  FencedBuffer(const FencedBuffer &) = delete;
  FencedBuffer &operator=(const FencedBuffer &) = delete;
  uint8_t *data() { return data_; }

private:
  uint8_t *map_, *data_;
  size_t size_;
};

using Buffers = std::vector<std::unique_ptr<FencedBuffer>>;

/// One kernel of a loaded image.
class LoadedKernel {
public:
  LoadedKernel(const LoadedCode &image, size_t number);

  bool is_whole() const { return plan_ && run_; }
  /// Executes all tasks, from the last to the first, one or two at a time, cut
  /// for so many threads (0: many). Returns 0, or 1 + the failed check; -1 if
  /// the plan is wrong.
  int64_t run_tasks(const std::vector<int64_t> &sizes, Buffers &buffers,
                    int64_t threads) const;

private:
  void (*plan_)(const int64_t *, NativePlan *);
  int32_t (*run_)(const NativeCall *);
};

} // namespace landfall::cpu
