//===- target.h - What a target's code generator provides ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"
#include "package/package.h"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace landfall::compiler {

/// Yes, or no with the reason that `explain` prints.
struct Support {
  bool yes = true;
  std::string reason;
};

/// Writes one file of a dump (dump.h); threads may write different ones at
/// once.
using DumpFile =
    std::function<Status(std::string_view file, std::string_view text)>;

struct CodegenOptions {
  /// Machine variants to generate ("avx2", "avx512"); empty: all that the
  /// target has; "native": what this machine runs best.
  std::vector<std::string> variants;
  /// For files that show how each kernel is made; empty: they are not wanted.
  DumpFile dump = {};
};

/// The compile-time half of a target. Stateless and thread-safe.
class Target {
public:
  virtual ~Target() = default;
  virtual std::string_view name() const = 0;
  /// Whether code of this target runs on the device of this name.
  virtual bool serves(std::string_view device) const {
    return device == name();
  }
  /// The least M (or N) from which constant operands of contractions are stored
  /// K-major (summed indices outermost); 0: never.
  virtual int64_t min_rows_for_k_major_weights() const { return 0; }
  /// Whether the target can run the kernel.
  virtual Support supports(const Kernel &kernel) const = 0;
  /// Generates code for all kernels: one section for each variant, with a
  /// record for each kernel of what made it.
  virtual Result<std::vector<CodeSection>>
  generate(std::span<const Kernel> kernels,
           const CodegenOptions &options) const = 0;
};

/// The linked-in targets, from the generated list (targets/*/codegen).
std::span<const Target *const> targets();
/// The target whose code runs on a device of this name.
Result<const Target *> find_target(std::string_view device);

} // namespace landfall::compiler
