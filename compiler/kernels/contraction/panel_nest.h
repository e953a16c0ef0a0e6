//===- panel_nest.h - The loop nest around blocks with panels --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A task is a rectangle of rows x points of one batch index:
//
//   for each run of K:
//     pack the task's rows, unless they can be read where they are
//     for each group of the weights' points (some vectors), with few steps of K
//     once for each part of the rows:
//       for each chunk of rows:
//         for each block of rows: add the run's products to the block of sums
//         in the last run: epilogue, on sums that are turned first if the
//         weights are the M side
//
// If points are not weights in panels, the task packs them (word_packer.h), or
// unpacks them (block_unpack.h), and groups are inside of blocks of rows, which
// the epilogue stores whole.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/block_products.h"
#include "compiler/kernels/contraction/contraction_epilogue.h"
#include "compiler/kernels/contraction/word_packer.h"

#include <functional>

namespace landfall::kernels {

struct PanelTileArguments;

/// Emits the code of a task at the frame's current place.
class PanelNest {
public:
  PanelNest(SizeCode &sizes, const PanelProblem &problem, const PanelCut &cut);

  /// `number` in [0, cut.tasks()).
  void emit(llvm::Value *number);

private:
  /// Some vectors of points, from `first` on, counted from the task's first.
  struct Group {
    llvm::Value *first, *width; ///< i64.
    llvm::Value *data;          ///< The address of the first point.
  };

  llvm::IRBuilderBase &b() { return sizes_.b(); }
  KernelFrame &frame() { return sizes_.frame(); }
  llvm::Value *index(int64_t value) { return frame().index(value); }
  llvm::Value *at(llvm::Value *pointer, llvm::Value *offset);
  llvm::Value *panel_at(llvm::Value *pointer, llvm::Value *offset);
  const TileShape &shape() const { return problem_.base.shape; }

  void split(llvm::Value *number);
  llvm::SmallVector<unsigned, 5> heights() const;
  bool needs_tiles() const;
  bool is_of_tiles(unsigned height) const;
  unsigned most_rows_without_tiles() const;
  bool has_wide_blocks() const;
  void pack(const Run &run);
  void emit_run(const Run &run);
  llvm::Value *width_of_group(llvm::Value *left);
  llvm::Value *weights();
  llvm::Value *packed_panels();
  void copy_tail(const Run &run, const Group &group);
  void emit_point_sums(const Run &run, const Group &group);
  void emit_group(const Run &run, const Group &group, const Interval &part);
  void emit_parts(const Run &run);
  void emit_chunks(const Run &run, const Group &group, const Interval &part);
  llvm::Value *height_of_chunk(llvm::Value *left);
  std::optional<RowsInPlace> reals_in_place();
  void find_rows_in_place();
  void set_rows(PanelTileArguments &tile, const Run &run, llvm::Value *row);
  llvm::Value *last_rows();
  llvm::Value *next_height(llvm::Value *left);
  void for_rows(const Interval &rows,
                const std::function<llvm::Value *(llvm::Value *left)> &height,
                const std::function<void(const Interval &)> &body);
  void for_blocks(const Interval &rows,
                  const std::function<void(const Interval &)> &body);
  PanelTileArguments tile_of(const Run &run, const Group &group);
  void for_groups(const Run &run,
                  const std::function<void(const Group &)> &body);
  void emit_rows(const Run &run, const Interval &rows);
  void emit_block(const Run &run, const Group &group, const Interval &rows,
                  llvm::Value *sums, llvm::Value *stride);
  void call_block(const Group &group, const PanelTileArguments &tile,
                  unsigned height);
  llvm::Value *sums_of(const Group &group, llvm::Value *row,
                       llvm::Value *in_chunk);
  void store(const Group &group, const Interval &rows, llvm::Value *sums,
             llvm::Value *stride);
  void finish(const Group &group, const Interval &rows, llvm::Value *sums,
              llvm::Value *stride);
  void turn(const Group &group, llvm::Value *sums, llvm::Value *row);

  SizeCode &sizes_;
  const PanelProblem &problem_;
  const PanelCut &cut_;
  Lanes lanes_;
  std::optional<Packer> rows_packer_; ///< Of elements that are no words.
  std::optional<WordPacker> words_;
  std::optional<BlockCut> block_cut_;
  std::unique_ptr<BlockProducts> unpacker_; ///< If points are unpacked.
  Epilogue epilogue_;
  llvm::Value *sums_, *turned_;         ///< Addresses in scratch memory.
  std::optional<RowsInPlace> in_place_; ///< If rows may be read there.
  llvm::Value *packed_from_;            ///< The first row that is packed (i64).
  llvm::Value *weights_ = nullptr;      ///< Of panel 0 at the batch index.
  Interval rows_, points_;              ///< What the task computes.
  IndexValues batch_; ///< The task's indices of the batch loops.
};

} // namespace landfall::kernels
