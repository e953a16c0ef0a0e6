//===- graph_passes.cpp - The passes on core IR, in order -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/graph_passes.h"

#include "compiler/passes/canonicalize.h"
#include "compiler/passes/channels_innermost.h"
#include "compiler/passes/contract_to_map.h"
#include "compiler/passes/fold_weights.h"
#include "compiler/passes/fuse.h"
#include "compiler/passes/lay_out_constants.h"
#include "compiler/passes/lay_out_panels.h"
#include "compiler/passes/round_factors.h"
#include "compiler/passes/tabulate.h"
#include "ir/describe/describe.h"
#include "ir/module/verify_core_ir.h"

namespace landfall::compiler {

namespace {

FusionGuard guard_for(const Target &target, ir::Module::Impl &module) {
  if (target.fusion_rule() == FusionRule::any)
    return {module, {}};
  return {module, [&](mlir::Operation *compute) {
            ir::Description kernel = ir::describe(module, compute);
            return target.supports(kernel.kernel).is_native();
          }};
}

} // namespace

Status run_graph_passes(ir::Module &module, const Target &target,
                        DType precision, const SkippedSteps &skipped,
                        const PassDone &done) {
  TRY(ir::verify_core_ir(module));
  if (!skipped.has("contract_to_map"))
    contract_to_map(module.impl(), target.few_steps());
  TRY(done("contract_to_map"));
  canonicalize(module.impl(), skipped);
  TRY(done("canonicalize"));
  fold_weights(module.impl());
  TRY(done("fold_weights"));
  if (precision == DType::bf16) {
    round_factors(module.impl());
    TRY(done("round_factors"));
  }
  // From here on a value may be computed inside the kernel that uses it.
  fuse(module.impl(), skipped, guard_for(target, module.impl()));
  TRY(done("fuse"));
  if (target.tabulates()) {
    if (!skipped.has("tabulate"))
      tabulate(module.impl());
    TRY(done("tabulate"));
  }
  if (int64_t fewest = target.fewest_inner_channels()) {
    if (!skipped.has("channels_innermost"))
      channels_innermost(module.impl(), fewest);
    TRY(done("channels_innermost"));
  }
  if (KMajorWeights weights = target.k_major_weights(); weights.fewest_across) {
    if (!skipped.has("lay_out"))
      lay_out_constants(module.impl(), weights);
    TRY(done("lay_out"));
  }
  if (PanelWeights weights = target.panel_weights(); weights.width) {
    if (!skipped.has("lay_out_panels"))
      lay_out_panels(module.impl(), weights);
    TRY(done("lay_out_panels"));
  }
  return ir::verify_core_ir(module);
}

} // namespace landfall::compiler
