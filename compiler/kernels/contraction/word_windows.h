//===- word_windows.h - Windows with channels in words ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The N side of a convolution in words whose weights are in panels. A task
// makes a padded copy (window_side.h) of the part of the image that its points
// read, with the channels of a position together:
//
//   copy[phase][lane][words of channels]
//
// A row of the microkernel is a lane; the words of a tap begin at an offset
// that is the same for all lanes. So an element is copied once, however many
// taps read it. Lanes that are no points are computed in vain.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/padded_points.h"
#include "compiler/kernels/contraction/word_sides.h"

namespace landfall::kernels {

/// A function of the kernel and the machine.
struct WordWindows {
  analysis::IndexSpace space;
  WindowSide side; ///< Its channels are the words and the steps of a word.
  analysis::SizePolynomial words; ///< Of a position: steps of K of a tap.

  /// From one lane of the copy to the next, in words (i64): whole vectors of
  /// `width` (words beyond the channels are zero), and an odd number of them,
  /// as rows must not compete for the same sets of a cache.
  llvm::Value *pitch(SizeCode &sizes, unsigned width) const;
};

/// The windows of the rows, or why they are not read so: a clause to follow
/// "because".
Result<WordWindows> find_word_windows(const ContractionProblem &problem,
                                      const WordSides &sides);

/// Sizes of the copy, for tasks of at most so many lanes. Values are i64.
struct WindowAreas {
  WindowAreas(SizeCode &sizes, const WordWindows &windows, const WordForm &form,
              unsigned width, llvm::Value *task_lanes);

  llvm::Value *taps, *tap_words, *pitch;
  llvm::Value *lanes;         ///< Of a phase of the copy.
  llvm::Value *words;         ///< Of the copy.
  llvm::Value *staged_stride; ///< From one staged row of elements to the next.
  llvm::Value *staged_bytes;
};

/// Emits the copy of one task. All references must outlive it.
class WindowWords {
public:
  /// `width`: lanes of a vector of words. `copy`, `staged` and `table` are
  /// scratch memory as WindowAreas says; the table has an i64 for each tap.
  struct Memory {
    llvm::Value *copy, *staged, *table;
  };
  WindowWords(SizeCode &sizes, const WordWindows &windows, unsigned width,
              const WindowAreas &areas, const WordForm &form);

  PaddedPoints &points() { return points_; }
  void emit(const IndexValues &batch, const Interval &lanes,
            const Memory &memory);

private:
  llvm::IRBuilderBase &b() { return sizes_.b(); }
  KernelFrame &frame() { return sizes_.frame(); }
  llvm::Value *index(int64_t value) { return frame().index(value); }
  void emit_table(llvm::Value *table);
  void clear_rows(llvm::Value *staged, llvm::Value *first, llvm::Value *last);
  void turn(const Memory &memory, llvm::Value *first_word, llvm::Value *lanes);

  SizeCode &sizes_;
  const WordWindows &windows_;
  unsigned width_;
  const WindowAreas &areas_;
  WordForm form_;
  Lanes lanes_;
  Packer packer_;
  PaddedPoints points_;
};

} // namespace landfall::kernels
