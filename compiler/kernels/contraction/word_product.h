//===- word_product.h - Products of words of narrow elements ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Machines multiply bytes in words: four consecutive steps of K of one row and
// of one point, whose four products are added to one sum of 32 bits. A word is
// an i32 with the first step in its lowest byte. Words of two bf16 are summed
// in f32: products are exact, each sum is rounded to nearest even, in an order
// of the machine's own; subnormal numbers, as factors and as sums, are zero.
//
// Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume
// 2, VDPBF16PS and TDPBF16PS.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/lanes/lanes.h"

namespace landfall::kernels {

inline constexpr int64_t word_bytes = 4;
/// Steps of a word of bytes, and of one of bf16.
inline constexpr int64_t steps_of_word = 4, steps_of_bf16_word = 2;
/// The rows, points and words of K of a tile of a matrix unit (matrix_tile.h).
inline constexpr int64_t tile_edge = 16;
/// A word of ones: its product with another is the sum of that one's bytes.
inline constexpr uint32_t four_ones = 0x01010101;

/// The largest points that WordForm::has_small_points may be said of.
inline constexpr int64_t largest_of_small_points = 127;

/// What packed words hold. Where the machine multiplies bytes of other signs
/// only, packing flips the highest bits of one side: signed x becomes unsigned
/// x + 128, and unsigned x signed x - 128.
struct WordForm {
  bool rows_signed = false, points_signed = false; ///< Bytes, as packed.
  bool flips_rows = false, flips_points = false;
  bool is_bf16 = false; ///< They hold no bytes.
  /// Points are not signed, rows are, and points are so small that sums of two
  /// products have 16 bits.
  bool has_small_points = false;

  static WordForm of_bf16() {
    return {false, false, false, false, true, false};
  }
  /// The type of elements, as packing stores them; signs do not matter there.
  DType element() const { return is_bf16 ? DType::bf16 : DType::u8; }
  int64_t element_bytes() const { return size_of(element()); }
  int64_t steps() const { return is_bf16 ? steps_of_bf16_word : steps_of_word; }

  /// What flipping adds to the bytes, and thus to the zero point of a side.
  int64_t added_to_rows() const { return added(flips_rows, rows_signed); }
  int64_t added_to_points() const { return added(flips_points, points_signed); }

  /// Whether only a matrix unit multiplies bytes of these signs.
  bool needs_tiles() const { return !is_bf16 && rows_signed == points_signed; }
  /// For products with ones, which have any sign, instead of rows or points.
  WordForm with_ones_as_rows() const {
    return {!points_signed, points_signed, flips_rows,
            flips_points,   false,         false};
  }
  WordForm with_ones_as_points() const {
    return {rows_signed, !rows_signed, flips_rows, flips_points, false, false};
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

/// sum + the products of words, on vectors that fill one register: of i32, then
/// modulo 2^32, or for bf16 of f32, which words are held as, too.
llvm::Value *multiply_add_words(KernelFrame &frame, const WordForm &form,
                                llvm::Value *rows, llvm::Value *points,
                                llvm::Value *sum);
/// sum + the products of words of two signed integers of 16 bits, likewise, by
/// x86's pmaddwd.
llvm::Value *multiply_add_shorts(llvm::IRBuilderBase &b, llvm::Value *x,
                                 llvm::Value *y, llvm::Value *sum);

} // namespace landfall::kernels
