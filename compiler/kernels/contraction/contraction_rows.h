//===- contraction_rows.h - Walking packed rows ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_code.h"

#include <functional>

namespace landfall::kernels {

/// The rows of one side in the order that suits packing: all loops but one
/// *stream* outside (where guards are worked out), the stream inside.
class RowWalk {
public:
  /// The stream is the last span in no guard; without one, each row is a
  /// stream of its own.
  RowWalk(const analysis::Factor &factor,
          const std::vector<analysis::LoopSpan> &rows);

  /// Whether this variable is the stream's.
  bool streams(uint32_t variable) const {
    return stream_ < rows_.size() && rows_[stream_].variable == variable;
  }
  /// Elements between neighbours of the stream.
  analysis::SizePolynomial
  stream_coefficient(const analysis::Affine &form) const;

  /// One run of the stream: positions [begin, end), at `first` + position *
  /// `step` in the numbering of the rows.
  struct Run {
    llvm::Value *begin, *end;
    llvm::Value *first, *step;
    IndexValues indices; ///< Of the other loops.
  };
  /// Emits `body` for every run that meets the interval of row numbers.
  void emit(SizeCode &sizes, const Interval &interval,
            const std::function<void(const Run &)> &body) const;

private:
  analysis::SizePolynomial extent(size_t begin, size_t end) const;
  void emit_inner(SizeCode &sizes, const Interval &interval, size_t span,
                  llvm::Value *inner, Run run,
                  const std::function<void(const Run &)> &body) const;
  void emit_run(SizeCode &sizes, const Interval &interval, Run run,
                const std::function<void(const Run &)> &body) const;

  std::vector<analysis::LoopSpan> rows_;
  size_t stream_;
};

} // namespace landfall::kernels
