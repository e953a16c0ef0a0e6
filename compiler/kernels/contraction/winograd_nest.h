//===- winograd_nest.h - The loops of Winograd's convolutions --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A task is some rows of squares, of several images perhaps, or a part of one
// row, and some points (output channels), or all:
//
//   for each row of squares: copy its lines, padded; transform its squares
//   for each group of points (n()):
//     for each run of channels:
//       transform the group's windows
//       for each place: add the products of squares and windows to its sums
//     for each row, for each chunk of squares:
//       transform the sums to results, turn these, epilogue
//
// A result that is not finite may be so only because its square is: an infinity
// beside a window is multiplied, too. Then the chunk's results are computed
// again, as sums of products of all taps.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_epilogue.h"
#include "compiler/kernels/contraction/padded_points.h"
#include "compiler/kernels/contraction/winograd_cut.h"
#include "compiler/kernels/frame/loop_builder.h"

#include <optional>

namespace landfall::kernels {

/// Emits the code of a task at the frame's current place. All references must
/// outlive it.
class WinogradNest {
public:
  WinogradNest(SizeCode &sizes, const WinogradProblem &problem,
               const WinogradCut &cut);

  /// `number` in [0, cut.tasks()).
  void emit(llvm::Value *number);

private:
  /// Some points, from `first` on, counted from the task's first.
  struct Group {
    llvm::Value *first, *count;
    Values weights; ///< Of each vector: its lanes at the first step of K.
  };
  /// A row of squares of the task.
  struct Row {
    llvm::Value *number; ///< Counted from the task's first.
    llvm::Value *image, *in_image;
    llvm::Value *outer; ///< The image's number at a point of the image loops.
    llvm::Value *lines; ///< Where the copy has the first of its lines.
    IndexValues batch;  ///< The indices of the batch loops.
  };
  /// Squares of a row, counted from the task's first column.
  struct Chunk {
    Row row;
    Interval squares;
  };

  llvm::IRBuilderBase &b() { return sizes_.b(); }
  KernelFrame &frame() { return sizes_.frame(); }
  llvm::Value *index(int64_t value) { return frame().index(value); }
  const TileShape &shape() const { return problem_.base.shape; }
  llvm::Value *at(llvm::Value *pointer, llvm::Value *offset);
  llvm::Value *memory(llvm::Value *bytes);
  llvm::Value *vector_at(unsigned v) {
    return index(int64_t(v) * shape().width);
  }

  void split(llvm::Value *number);
  void pack_weights();
  llvm::Value *weights(llvm::Value *point);
  Row row_at(llvm::Value *number);
  void copy_line(const Row &row, llvm::Value *line);
  void clear(llvm::Value *line, llvm::Value *from, llvm::Value *to);
  void transform_row(const Row &row);
  void emit_group(const Group &group);
  struct Product {
    llvm::Value *rows, *k_stride, *windows, *k, *sums, *continues;
  };
  void multiply(const Product &product, llvm::Value *rows);
  void add_run(const Run &run);
  void emit_results(const Group &group, const Chunk &chunk);
  llvm::Value *is_lost(const Group &group);
  void sum_taps(const Group &group, const Chunk &chunk);
  void store(const Group &group, const Chunk &chunk, llvm::Value *line);

  SizeCode &sizes_;
  const WinogradProblem &problem_;
  const WinogradCut &cut_;
  Lanes lanes_;
  Packer image_;
  std::optional<Packer> weights_packer_;
  PaddedPoints padded_;
  Epilogue epilogue_;
  /// In scratch memory.
  llvm::Value *copy_, *values_, *windows_, *sums_, *results_, *check_, *turned_;
  llvm::Value *weights_ = nullptr;   ///< Of point 0 at the group indices.
  Interval rows_, columns_, points_; ///< What the task computes.
  llvm::Value *squares_ = nullptr;   ///< So many are that.
  llvm::Value *first_image_ = nullptr;
  IndexValues groups_; ///< The task's indices of the group loops.
};

} // namespace landfall::kernels
