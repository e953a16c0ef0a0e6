//===- random_contraction_for_test.h - Random contractions -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_for_test.h"

#include <cstdint>
#include <functional>
#include <random>

namespace landfall::kernels {

/// Draws matrix products and convolutions of random shapes, types, prologues
/// and epilogues. Equal seeds draw equal sequences.
class RandomContraction {
public:
  explicit RandomContraction(unsigned seed) : random_(seed) {}

  ContractionCase operator()() {
    dynamic_ = between(0, 2) * 50;
    return chance(50) ? matmul() : convolution();
  }
  std::mt19937 &random() { return random_; }

private:
  int64_t between(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }
  bool chance(int64_t percent) { return between(0, 99) < percent; }
  std::function<bool()> dynamic() {
    return [this] { return chance(dynamic_); };
  }

  int64_t extent() {
    switch (between(0, 9)) {
    case 0:
      return between(0, 1);
    case 1:
      return 1;
    case 2:
    case 3:
    case 4:
      return between(2, 9);
    case 5:
    case 6:
      return between(10, 40);
    case 7:
    case 8:
      return between(1, 70);
    default:
      return between(30, 300);
    }
  }

  ContractionTypes types() {
    switch (between(0, 11)) {
    case 10:
      return {DType::u8, DType::u8, DType::i32, DType::i32};
    case 11:
      return {DType::i8, DType::u8, DType::i32, DType::i32};
    case 0:
      return {DType::f64, DType::f64, DType::f64, DType::f64};
    case 1:
      return {DType::u8, DType::i8, DType::i32, DType::i32};
    case 2:
      return {DType::i8, DType::i8, DType::i32, DType::f32};
    case 3:
      return {DType::f16, DType::f16, DType::f32, DType::f16};
    case 4:
      return {DType::bf16, DType::bf16, DType::f32, DType::bf16};
    case 5:
      return {DType::i64, DType::i64, DType::i64, DType::i64};
    case 6:
      return {DType::f32, DType::u8, DType::f32, DType::f32};
    default:
      return {};
    }
  }

  ContractionCase matmul() {
    MatmulShape s;
    for (int64_t b = between(0, 2); b-- > 0;)
      s.batch.push_back(chance(10) ? 1 : between(0, 3));
    s.rows = extent();
    s.lanes = extent();
    s.depth = chance(15) ? between(200, 900) : extent();
    s.transpose_a = chance(30);
    s.transpose_b = chance(30);
    s.share_a = chance(25);
    s.share_b = chance(40);
    s.swap = chance(30);
    s.vector_b = chance(8);
    s.types = types();
    s.prologue = Prologue(between(0, 3));
    s.finish = Finish(between(0, 5));
    return make_matmul(s, dynamic());
  }

  ContractionCase convolution() {
    ConvolutionShape s;
    size_t rank = size_t(between(1, 3));
    int64_t most_image = rank == 1 ? 120 : rank == 2 ? 24 : 9;
    s.images = chance(90) ? between(1, 2) : 0;
    s.groups = chance(60) ? 1 : between(1, 3);
    s.inputs = between(1, rank == 3 ? 4 : 12);
    s.outputs = chance(35) ? 1 : between(1, 20);
    for (size_t d = 0; d < rank; ++d) {
      s.image.push_back(between(1, most_image));
      s.window.push_back(chance(30) ? 1 : between(1, rank == 3 ? 3 : 5));
      s.stride.push_back(chance(60) ? 1 : between(1, 3));
      s.dilation.push_back(chance(70) ? 1 : 2);
      s.pad.push_back(chance(40) ? 0 : between(0, 3));
    }
    s.guarded = chance(50);
    s.guarded_twice = chance(20);
    s.channels_last = chance(25);
    s.types = types();
    s.prologue = Prologue(between(0, 3));
    s.finish = Finish(between(0, 5));
    return make_convolution(s, dynamic());
  }

  std::mt19937 random_;
  int64_t dynamic_ = 0; ///< The percentage of extents that are run-time sizes.
};

} // namespace landfall::kernels
