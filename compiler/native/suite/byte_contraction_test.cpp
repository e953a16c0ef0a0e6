//===- byte_contraction_test.cpp - Products of bytes ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Words of bytes, in panels and in windows, and weights of a few bits, against
// their meaning.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_generator.h"
#include "compiler/kernels/contraction/random_contraction_for_test.h"
#include "compiler/native/suite/native_suite_for_test.h"
#include "compiler/native/suite/scaled_blocks_for_test.h"
#include "compiler/native/suite/word_panels_for_test.h"

#include <gtest/gtest.h>

namespace landfall::native {
namespace {

kernels::ContractionCase of_bytes(kernels::MatmulShape shape, DType a,
                                  DType b) {
  shape.types = {a, b, DType::i32, DType::i32};
  return kernels::make_matmul(shape, [] { return true; });
}

/// Products of bytes of all signs, with and without zero points, at the sizes
/// where words, panels, groups and runs end.
TEST(ByteContraction, allSignsAndZeroPoints) {
  using enum kernels::Prologue;
  std::mt19937 random(11);
  std::vector<Case> cases;
  for (DType a : {DType::u8, DType::i8})
    for (DType b : {DType::u8, DType::i8})
      for (kernels::Prologue prologue : {zero_point, zero_points}) {
        bool transposed = (a == b) == (prologue == zero_point);
        kernels::MatmulShape shape{.transpose_a = transposed,
                                   .transpose_b = transposed,
                                   .prologue = prologue};
        Case test{of_bytes(shape, a, b).kernel, {}, {}};
        for (const std::vector<int64_t> &sizes :
             std::vector<std::vector<int64_t>>{{1, 300, 70},
                                               {3, 200, 63},
                                               {29, 17, 0},
                                               {0, 5, 5},
                                               {5, 0, 5},
                                               {1, 1, 3},
                                               {9, 33, 1801}})
          test.launches.push_back(whole_numbers(test.kernel, sizes, random));
        cases.push_back(std::move(test));
      }
  check_cases(cases);
}

TEST(ByteContraction, weightsInPanelsOfWords) {
  std::mt19937 random(12);
  std::vector<Case> cases;
  for (int form = 0; form < 4; ++form) {
    int64_t width = form % 2 ? 16 : 32, first = form / 2;
    WordPanels shape{.types = {form % 2 ? DType::u8 : DType::i8,
                               first ? DType::u8 : DType::i8, DType::i32,
                               DType::i32},
                     .first = first,
                     .width = width,
                     .turned = form == 1 || form == 2};
    Case test{with_panels_of_words(shape), {}, {}};
    for (int64_t rows : {0, 1, 5, 77})
      for (auto [points, taps, words] :
           {std::tuple(16, 1, 1), std::tuple(50, 3, 5), std::tuple(32, 0, 2),
            std::tuple(130, 2, 3)})
        test.launches.push_back(
            whole_numbers(test.kernel,
                          {rows, taps, words, points,
                           (points + width - 1) / width + first, 4 * words},
                          random));
    // Several runs of K.
    if (form < 2)
      test.launches.push_back(whole_numbers(
          test.kernel, {5, 9, 50, 20, (20 + width - 1) / width + first, 200},
          random));
    cases.push_back(std::move(test));
  }
  check_cases(cases);
}

/// Convolutions of bytes whose weights are in panels: from padded copies, where
/// halos are small.
TEST(ByteContraction, windowsOfBytes) {
  using enum kernels::Prologue;
  std::mt19937 random(21);
  std::vector<Case> cases;
  int form = 0;
  for (auto [stride, dilation, pad] :
       {std::tuple(1, 1, 1), std::tuple(2, 1, 1), std::tuple(1, 2, 2),
        std::tuple(3, 1, 0)}) {
    kernels::ConvolutionShape shape;
    shape.window = {3, 3};
    shape.stride = {stride, 1 + (stride > 1)};
    shape.dilation = {dilation, 1};
    shape.pad = {pad, 1};
    shape.panel = form % 2 ? 16 : 32;
    shape.prologue = form == 2 ? zero_points : zero_point;
    DType x_type = form % 2 ? DType::u8 : DType::i8;
    shape.types = {x_type, DType::i8, DType::i32, DType::i32};
    cases.push_back(at_sizes(shape,
                             {{1, 4, 16, 9, 11},
                              {2, 20, 33, 5, 7},
                              {1, 68, 20, 12, 6},
                              {1, 12, 5, 3, 50}},
                             random));
    ++form;
  }
  check_cases(cases);
}

TEST(ByteContraction, weightsScaledByBlocks) {
  std::mt19937 random(13);
  std::vector<Case> cases;
  for (auto [bits, width, has_zeros, has_scales, words, bytes] :
       {std::tuple(4, 32, true, true, false, false),
        std::tuple(2, 16, true, false, false, false),
        std::tuple(4, 32, false, true, false, false),
        std::tuple(1, 32, false, false, false, false),
        std::tuple(4, 32, true, true, true, true),
        std::tuple(4, 32, true, true, true, false),
        std::tuple(8, 16, false, true, true, true),
        std::tuple(8, 16, true, true, true, false),
        std::tuple(2, 32, true, false, true, true),
        std::tuple(2, 16, false, false, true, false)}) {
    Case test{
        with_scaled_blocks(bits, width, has_zeros, has_scales, words, bytes),
        {},
        {}};
    for (int64_t rows : {0, 1, 9, 20})
      for (auto [points, blocks, depth] :
           {std::tuple(16, 1, 1), std::tuple(50, 3, 7), std::tuple(32, 0, 2),
            std::tuple(5, 2, 0)}) {
        Launch launch = whole_numbers(
            test.kernel,
            {rows, blocks, depth, points, (points + width - 1) / width},
            random);
        for (uint8_t &byte : launch.operands[1])
          byte = uint8_t(random());
        test.launches.push_back(std::move(launch));
      }
    // Several runs of K.
    if (bits == 4 && has_zeros)
      test.launches.push_back(
          whole_numbers(test.kernel, {18, 10, 24, 20, 1}, random));
    cases.push_back(std::move(test));
  }
  check_cases(cases);
}

TEST(ByteContraction, randomBytes) {
  for (unsigned seed = 0; seed < 3; ++seed) {
    kernels::RandomContraction make(1000 + seed);
    std::vector<Case> cases;
    while (cases.size() < 12) {
      kernels::ContractionCase made = make();
      if (is_integer(made.kernel.accumulator))
        cases.push_back(exact_case(std::move(made), make.random()));
    }
    check_cases(cases);
    if (HasFailure())
      return;
  }
}

} // namespace
} // namespace landfall::native
