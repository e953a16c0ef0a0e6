//===- panel_cut.h - Cutting products with panels into tasks ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Weights in panels are read where they are, in the order of memory; the other
// factor's points, the rows, are packed by each task that needs them. So a task
// has as many points of the weights as possible, and as many rows as stay in
// the second-level cache. Words need no weights in panels: a task then
// packs its points, too; and weights of few bits are unpacked.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/block_problem.h"
#include "compiler/kernels/contraction/word_windows.h"

namespace landfall::kernels {

/// A contraction with one side in panels.
struct PanelProblem {
  const ContractionProblem &base;
  /// Those of the weights; nullopt: tasks pack the N side.
  std::optional<analysis::Panels> panels;
  /// The weights are the M side: rows are points of N, packed side by side, and
  /// blocks of sums are turned before they are stored.
  bool turned = false;
  /// The sides, if elements are words and steps of K are those of words.
  const WordSides *words = nullptr;
  /// The weights, if tasks unpack the points.
  const BlockProblem *blocks = nullptr;
  /// If set, rows are lanes of a padded copy; `turned`, with words.
  const WordWindows *windows = nullptr;
  /// The points of a panel.
  int64_t width() const { return panels ? panels->width : base.shape.n(); }
  /// The side that is packed: rows are its row spans or, if `turned`, its
  /// lanes.
  const PackSide &other() const { return turned ? base.n_side : base.m_side; }
  const analysis::FactorLoad &weights() const {
    if (words)
      return words->points.elements.factor.loads[0];
    return (turned ? base.roles.m_side : base.roles.n_side).loads[0];
  }
  /// The rows, if known: lanes of windows are not.
  std::optional<int64_t> known_rows() const {
    return windows ? std::nullopt : turned ? base.n : base.m;
  }

  /// The most steps of K in a run.
  int64_t most_k() const { return 2 * base.shape.k; }
  /// Whether rows are packed side by side, and not along K.
  bool rows_side_by_side() const {
    return turned && !base.shape.matrix_tiles && !windows &&
           !(words && words->rows_along_k);
  }
  /// From one packed row to the next, in elements, if they are no windows.
  int64_t row_stride() const {
    return rows_side_by_side() ? 1 : most_k() + int64_t(base.shape.width);
  }

  /// Rows whose results are stored together, if they are turned.
  int64_t chunk() const {
    int64_t blocks = base.shape.matrix_tiles ? 6 : words ? 16 : 4;
    return blocks * int64_t(base.shape.m);
  }
};

/// All values are i64 and depend on the sizes, and on how many threads run the
/// tasks; sums do not depend on how they are cut.
struct PanelCut {
  llvm::Value *batch, *rows, *points, *k; ///< Extents; may be 0.
  llvm::Value *depth; ///< The extent of K; `k` is in words if there are some.
  llvm::Value *task_rows, *task_points; ///< The last task may be smaller.
  llvm::Value *task_lanes; ///< At most; rows, if they are no windows.
  llvm::Value *row_tasks, *point_tasks;
  llvm::Value *run_k, *runs; ///< Steps of K in a run; runs, at least 1.
  llvm::Value *k_stride, *row_stride; ///< Of the packed rows, in elements.
  /// Rows of a task, or lanes, in whole blocks.
  llvm::Value *padded_rows;
  /// Scratch memory of a thread, in bytes: packed rows at 0, then sums, then
  /// turned sums.
  llvm::Value *sums_at, *turned_at, *scratch_bytes;
  /// Only if there are words: from where on what they need is (word_packer.h).
  llvm::Value *words_at = nullptr;
  /// Only if points are unpacked: where their panels begin.
  llvm::Value *unpacked_at = nullptr;
  /// From one row of sums to the next, if the task packs its points: rows are
  /// of all of them.
  llvm::Value *sums_stride = nullptr;
  /// Elements from one panel to the next.
  llvm::Value *panel_stride;

  llvm::Value *tasks(SizeCode &sizes) const {
    return sizes.b().CreateMul(batch,
                               sizes.b().CreateMul(row_tasks, point_tasks));
  }
};

/// Rows of words whose results are stored together, if they are not turned: so
/// many that what is computed ahead of them takes no time, and few enough to
/// stay in the first-level cache.
inline int64_t rows_of_chunk(const PanelProblem &problem) {
  constexpr int64_t wanted = 48;
  int64_t block = problem.base.shape.m;
  return std::max(wanted / block, int64_t(1)) * block;
}
/// The last chunk has up to a block more.
inline int64_t most_rows_of_chunk(const PanelProblem &problem) {
  return rows_of_chunk(problem) + int64_t(problem.base.shape.m);
}

PanelCut emit_panel_cut(SizeCode &sizes, const PanelProblem &problem);

/// From one row of turned sums to the next, in elements: a chunk, and what the
/// turning of its last block writes beyond.
inline int64_t turned_stride(const PanelProblem &problem) {
  return problem.chunk() + int64_t(problem.base.shape.width);
}

/// The most vectors of a block with so many rows: whole panels if there are
/// registers for one.
unsigned most_panel_vectors(const PanelProblem &problem, unsigned rows);

} // namespace landfall::kernels
