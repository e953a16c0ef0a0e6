//===- word_packer.h - Packing sides as words -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/panel_cut.h"

namespace landfall::kernels {

/// How many points of a side that is [K][N] are staged as elements before they
/// become words: of bytes, a line of the cache. Words of all of them are
/// written.
inline constexpr int64_t staged_points = 64;

/// Where in a task's scratch memory is what words need, in bytes from
/// PanelCut::words_at, and how much of it there is. All values are i64.
struct WordAreas {
  WordAreas(SizeCode &sizes, const PanelProblem &problem, const PanelCut &cut);

  /// i32, one a row or point of the task: the zero points of the packed bytes,
  /// and the sums of the bytes over K.
  llvm::Value *row_zeros, *row_sums, *point_zeros, *point_sums;
  llvm::Value *ones;    ///< A row of ones, with zeros beyond K.
  llvm::Value *panels;  ///< If the task packs its points.
  llvm::Value *tail;    ///< The last steps of a group (matrix_tile.h).
  llvm::Value *staged;  ///< Elements [K][N] that become words.
  llvm::Value *offsets; ///< An i64 for each tap of windows.
  llvm::Value *bytes;   ///< Of all.
  std::optional<WindowAreas> windows;
};

/// Rows that need not be packed, as the operand has them as blocks read them.
struct RowsInPlace {
  llvm::Value *holds;   ///< i1; if not, there are no such ones.
  llvm::Value *address; ///< Of the task's first row, at the first step of K.
  llvm::Value *stride;  ///< From row to row, in packed elements (i64).
};

/// Emits the packing of one task's sides, and what their zero points do to the
/// sums. All references must outlive it.
class WordPacker {
public:
  WordPacker(SizeCode &sizes, const PanelProblem &problem, const PanelCut &cut);

  /// Sets the part of the result that the task computes.
  void begin(const IndexValues &batch, const Interval &rows,
             const Interval &points);
  /// If rows are windows: their points, the number of taps, the words of one,
  /// and the address of the offsets.
  PaddedPoints *padded() { return windows_ ? &windows_->points() : nullptr; }
  llvm::Value *taps() { return areas_.windows->taps; }
  llvm::Value *tap_words() { return areas_.windows->tap_words; }
  llvm::Value *offsets() { return at(areas_.offsets); }
  /// If the operand may have the rows as words already, at some sizes.
  std::optional<RowsInPlace> rows_in_place();
  /// The first `rows` rows are not packed.
  void skip_rows(llvm::Value *rows);
  /// Packs both sides of a run; rows to the beginning of scratch memory, with
  /// PanelProblem::row_stride().
  void pack(const Run &run);

  /// A number of words, up to whole tiles if there are some: so many are
  /// packed.
  llvm::Value *in_tiles(llvm::Value *words);
  /// The first word of the panels, if the task packs its points.
  llvm::Value *panels() { return at(areas_.panels); }
  /// Whether the points' sums over K are needed.
  bool needs_point_sums() const { return sides_.rows_shifted(); }
  llvm::Value *ones() { return at(areas_.ones); }
  llvm::Value *point_sums(llvm::Value *first);
  /// Copies the last of the `steps` of `count` weights at the address `points`
  /// to the tail, where blocks in tiles read them (matrix_tile.h).
  void copy_tail(llvm::Value *points, llvm::Value *count, llvm::Value *steps);
  llvm::Value *tail() { return at(areas_.tail); }
  /// Subtracts what the zero points add from the finished sums of a block.
  /// `rows` and `points` count from the task's first; `stride`: from one row of
  /// sums to the next.
  void settle(llvm::Value *sums, llvm::Value *stride, const Interval &rows,
              const Interval &points);

private:
  llvm::IRBuilderBase &b() { return sizes_.b(); }
  KernelFrame &frame() { return sizes_.frame(); }
  llvm::Value *index(int64_t value) { return frame().index(value); }
  llvm::Value *at(llvm::Value *area);
  llvm::Value *byte_at(llvm::Value *pointer, llvm::Value *offset);
  llvm::Value *word_at(llvm::Value *pointer, llvm::Value *offset);
  unsigned register_bytes() const;
  const WordForm &form() const { return sides_.form; }

  void fill(llvm::Value *area, llvm::Value *count, int64_t value, bool add);
  void pack_zeros(Packer *packer, llvm::Value *area, const Interval &lanes,
                  int64_t added);
  /// Where words go: from one panel, of `width` points, to the next, and from
  /// one step to the next.
  struct Target {
    llvm::Value *words;
    llvm::Value *width, *panel_stride, *step_stride; ///< In words (i64).
  };
  void finish_rows(llvm::Value *depth);
  void add_row_sums(llvm::Value *row, llvm::Value *sums);
  void sum_turned_rows(const Run &run);
  void pack_ones(llvm::Value *depth);
  void pack_staged(Packer &packer, const Run &run, const Interval &depth,
                   const Interval &lanes, const std::optional<Target> &target);
  void interleave(const Run &run, llvm::Value *start, const Target &target);
  llvm::Value *staged_words(llvm::Value *word, int64_t point);
  void interleave_rows(const Run &run, llvm::Value *start);

  SizeCode &sizes_;
  const PanelProblem &problem_;
  const PanelCut &cut_;
  const WordSides &sides_;
  WordAreas areas_;
  Lanes row_lanes_, point_lanes_, sum_lanes_;
  Packer rows_packer_, points_packer_;
  std::optional<Packer> row_zeros_, point_zeros_;
  std::optional<WindowWords> windows_;
  Interval rows_, points_;
  IndexValues batch_;
};

} // namespace landfall::kernels
