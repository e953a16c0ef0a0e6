//===- target.h - What a target's code generator provides ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/disk_cache.h"
#include "base/result.h"
#include "base/skipped_steps.h"
#include "compiler/passes/weight_layouts.h"
#include "package/package.h"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace landfall::compiler {

/// Where a kernel of a target runs.
struct Support {
  enum class Answer : uint8_t {
    native,   ///< The target generates code for it.
    fallback, ///< The runtime executes it elsewhere (package/fallback.h).
    no,       ///< Nowhere: compilation fails with the reason.
  };
  Answer answer = Answer::native;
  /// A clause to follow "because"; empty for native. `explain` and the support
  /// query (support_report.h) show it.
  std::string reason = {};

  static Support fallback(std::string reason) {
    return {Answer::fallback, std::move(reason)};
  }
  static Support no(std::string reason) {
    return {Answer::no, std::move(reason)};
  }
  bool is_native() const { return answer == Answer::native; }
};

/// Which operations may become one kernel, where the compiler would fuse them.
enum class FusionRule : uint8_t {
  any, ///< All: the target runs what it runs whatever is fused with it.
  /// Those whose fusion makes no kernel fall back (Target::supports) that would
  /// run natively if it were left alone: native and other work is kept apart.
  keeps_native,
};

/// Writes one file of a dump (dump.h); threads may write different ones at
/// once.
using DumpFile =
    std::function<Status(std::string_view file, std::string_view text)>;

struct CodegenOptions {
  /// Machine variants to generate code for ("avx2", "aarch64-neon"); "native":
  /// the one that is best on this machine; "all"; an architecture: all of its.
  /// Empty: what the target thinks usual.
  std::vector<std::string> variants;
  /// Writes files that show how each kernel's code is generated; empty: they
  /// are not written.
  DumpFile dump = {};
  SkippedSteps skipped = {};
  /// Kernels that fall back, for which no code is generated.
  std::span<const Fallback> fallbacks = {};
  /// Code of earlier compilations; null: none.
  const DiskCache *cache = nullptr;
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
  /// Sums of so few products are computed point by point, in maps
  /// (contract_to_map.h); 0: none are for this reason.
  virtual int64_t few_steps() const { return 0; }
  /// Whether costly functions of a byte are looked up in tables (tabulate.h).
  virtual bool tabulates() const { return false; }
  /// Tensors of bytes between products with so many channels or more have them
  /// innermost (channels_innermost.h); 0: none have.
  virtual int64_t fewest_inner_channels() const { return 0; }
  /// Which constant factors of contractions are stored K-major.
  virtual KMajorWeights k_major_weights() const { return {}; }
  /// Which of all are stored in panels instead.
  virtual PanelWeights panel_weights() const { return {}; }
  /// Where the kernel runs.
  virtual Support supports(const Kernel &kernel) const = 0;
  /// Which pairs of operations the compiler may make one kernel.
  virtual FusionRule fusion_rule() const { return FusionRule::any; }
  /// Generates code for all kernels that do not fall back: one section for each
  /// variant, which also records the generator of each kernel.
  virtual Result<std::vector<CodeSection>>
  generate(std::span<const Kernel> kernels,
           const CodegenOptions &options) const = 0;
};

/// The linked-in targets, from the generated list (targets/*/codegen).
std::span<const Target *const> targets();
/// The target whose code runs on a device of this name.
Result<const Target *> find_target(std::string_view device);

} // namespace landfall::compiler
