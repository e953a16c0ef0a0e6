//===- window_results.h - From sums of windows to results ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/body/body_values.h"
#include "compiler/kernels/body/requantization.h"
#include "compiler/kernels/contraction/contraction_code.h"
#include "compiler/kernels/windows/window_problem.h"

namespace landfall::kernels {

/// One loop whose indices are in the lanes.
struct LaneIndex {
  uint32_t variable;
  LaneValue value;
};

/// Binds all indices: those in `at`, that of the lanes, and 0 for the others.
void bind_window(BodyEmitter &body, const WindowProblem &problem,
                 const IndexValues &at, const LaneIndex &lane);

/// Emits the epilogue of sums, and the stores. References must outlive it.
class WindowResults {
public:
  /// What of the epilogue depends on no index is emitted here.
  WindowResults(const WindowProblem &problem, Lanes &lanes);

  /// A part of one channel's result: i64 values.
  struct Part {
    IndexValues at; ///< The indices of the outer loops and of the channel.
    llvm::Value *row, *rows;
    llvm::Value *column, *columns;
  };
  /// `sums`: what was turned, [rows][columns]. Columns are the lanes.
  void emit_channel(const Part &part, llvm::Value *sums);
  /// WindowProblem::turned of one vector of sums.
  llvm::Value *finish(const IndexValues &at, const LaneIndex &lane,
                      llvm::Value *sum);
  /// The results of one vector of what was turned.
  void emit(const IndexValues &at, const LaneIndex &lane, llvm::Value *sum) {
    emit_in(fixed_, at, lane, sum);
  }
  /// The same after what depends on these channels alone, in the lanes.
  BodyEmitter emit_channels(const LaneValue &channels);
  void emit(const BodyEmitter &of_channels, const IndexValues &at,
            const LaneIndex &lane, llvm::Value *sum) {
    emit_in(of_channels, at, lane, sum);
  }
  /// The same with values that are found quickly; adds to `unsure` what says
  /// where they are not. The results are then to be emitted again.
  void emit(const BodyEmitter &of_channels, const Requantizations &quantised,
            const IndexValues &at, const LaneIndex &lane, llvm::Value *sum,
            llvm::Value *&unsure) {
    emit_in(of_channels, at, lane, sum,
            [&](BodyEmitter &body) { quantised.bind(body, unsure); });
  }

private:
  void emit_row(const IndexValues &at, const BodyEmitter &channel,
                llvm::Value *first, llvm::Value *count, llvm::Value *sums);
  void emit_in(const BodyEmitter &outer, const IndexValues &at,
               const LaneIndex &lane, llvm::Value *sum,
               llvm::function_ref<void(BodyEmitter &)> before = {});

  const WindowProblem &problem_;
  Lanes &lanes_;
  KernelFrame &frame_;
  llvm::IRBuilderBase &b;
  BodyEmitter fixed_;
};

} // namespace landfall::kernels
