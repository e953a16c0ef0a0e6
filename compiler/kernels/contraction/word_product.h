//===- word_product.h - Products of words of bytes -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Machines multiply bytes in words: four consecutive steps of K of one row and
// of one point, whose four products are added to one sum of 32 bits. A word is
// an i32 with the first step in its lowest byte.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/lanes/lanes.h"

namespace landfall::kernels {

inline constexpr int64_t steps_of_word = 4;
/// The rows, points and words of K of a tile of a matrix unit (matrix_tile.h).
inline constexpr int64_t tile_edge = 16;
/// A word of ones: its product with another is the sum of that one's bytes.
inline constexpr uint32_t four_ones = 0x01010101;

/// What the bytes of packed words are. Where the machine multiplies bytes of
/// other signs only, packing flips the highest bits of one side: signed x
/// becomes unsigned x + 128, and unsigned x signed x - 128.
struct WordForm {
  bool rows_signed = false, points_signed = false; ///< As packed.
  bool flips_rows = false, flips_points = false;

  /// What flipping adds to the bytes, and thus to the zero point of a side.
  int64_t added_to_rows() const { return added(flips_rows, rows_signed); }
  int64_t added_to_points() const { return added(flips_points, points_signed); }

  /// Whether only a matrix unit multiplies bytes of these signs.
  bool needs_tiles() const { return rows_signed == points_signed; }
  /// For products with ones, which have any sign, instead of rows or points.
  WordForm with_ones_as_rows() const {
    return {!points_signed, points_signed, flips_rows, flips_points};
  }
  WordForm with_ones_as_points() const {
    return {rows_signed, !rows_signed, flips_rows, flips_points};
  }

  /// For a machine that has products of bytes. Points are flipped only if
  /// `can_flip_points`. Matrix units multiply bytes of all signs.
  static WordForm choose(const Machine &machine, bool rows_signed,
                         bool points_signed, bool can_flip_points);

private:
  static int64_t added(bool flips, bool becomes_signed) {
    return !flips ? 0 : becomes_signed ? -128 : 128;
  }
};

/// sum + the products of words, on vectors of i32 that fill one register;
/// modulo 2^32.
llvm::Value *multiply_add_words(KernelFrame &frame, const WordForm &form,
                                llvm::Value *rows, llvm::Value *points,
                                llvm::Value *sum);

} // namespace landfall::kernels
