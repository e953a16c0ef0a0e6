//===- code_cache.h - Machine code that was made before ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The code of a kernel follows from its description without names, the machine
// that it is for, the steps that are left out, and the compiler itself. So a
// kernel that any model needed before need not be compiled again.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/disk_cache.h"
#include "base/skipped_steps.h"
#include "compiler/native/variant.h"
#include "package/package.h"

#include <optional>
#include <string>
#include <vector>

namespace landfall::native {

/// A kernel's object file, and how it was made.
struct KernelCode {
  std::vector<uint8_t> object;
  /// Symbols of the functions that it calls in other objects.
  std::vector<std::string> functions;
  GenerationRecord record;
};

/// The code of one machine's kernels in a cache. Thread-safe.
class CodeCache {
public:
  /// `cache` may be null: nothing is found or kept then; nor is it by a
  /// compiler that does not know its own build.
  CodeCache(const DiskCache *cache, const Variant &variant,
            const SkippedSteps &skipped);

  std::optional<KernelCode> find(const std::string &structural_key) const;
  void keep(const std::string &structural_key, const KernelCode &code) const;
  /// The object of a function that kernels share (function_split.h).
  std::optional<std::vector<uint8_t>>
  find_function(const std::string &symbol) const;
  void keep_function(const std::string &symbol,
                     std::span<const uint8_t> object) const;

private:
  std::vector<uint8_t> key(std::string_view kind,
                           const std::string &name) const;

  const DiskCache *cache_;
  std::string context_; ///< What all keys begin with.
};

/// Tells builds of the compiler and of LLVM apart: what the linker noted in
/// both. Empty if it noted nothing.
const std::string &build_identity();

} // namespace landfall::native
