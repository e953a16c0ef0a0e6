//===- row_digits_test.cpp - Rows of reals in digits of bytes -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Products of few rows of reals with weights of a few bits are as exact as sums
// of K products in f32, whatever the rows hold
// (kernels/contraction/block_digits.h).
//
//===----------------------------------------------------------------------===//
#include "compiler/native/suite/native_suite_for_test.h"
#include "compiler/native/suite/scaled_blocks_for_test.h"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>

namespace landfall::native {
namespace {

/// Sizes of a product, with weights of 4 bits in panels.
struct Sizes {
  int64_t rows, blocks, words, points;
  static constexpr int64_t width = 32, fields = 2;

  int64_t in_block() const { return words * 4 * fields; }
  int64_t depth() const { return blocks * in_block(); }
  std::vector<int64_t> launch() const {
    return {rows, blocks, words, points, (points + width - 1) / width};
  }
};

/// What a row holds.
enum class Values { plain, hidden, wide, wider, tiny, huge, infinite, nothing };

std::vector<float> row_of(Values values, const Sizes &sizes,
                          std::mt19937 &random) {
  std::normal_distribution<double> normal;
  std::vector<float> row;
  for (int64_t k = 0; k < sizes.depth(); ++k) {
    double x = normal(random);
    bool is_first = k % sizes.in_block() == 0;
    switch (values) {
    case Values::plain:
      break;
    case Values::hidden: // Its weights are zero.
      x *= is_first ? 0x1p40 : 1;
      break;
    case Values::wide: // What one record leaves, two hold.
      x *= std::exp2(-20.0 * double(k % 3));
      break;
    case Values::wider: // What two leave.
      x *= std::exp2(-40.0 * double(k % 3));
      break;
    case Values::tiny:
      x *= 0x1p-100;
      break;
    case Values::huge:
      x *= 0x1p100;
      break;
    case Values::infinite:
      x = k == 3 ? std::numeric_limits<double>::infinity() : x;
      break;
    case Values::nothing:
      x = 0;
      break;
    }
    row.push_back(float(x));
  }
  return row;
}

template <typename T> T element(const std::vector<uint8_t> &bytes, int64_t at) {
  T value;
  std::memcpy(&value, bytes.data() + size_t(at) * sizeof(T), sizeof(T));
  return value;
}

/// Operands of with_scaled_blocks.
enum Operand { x_at, w_at, shift_at, zero_at, scale_at, row_scale_at, out_at };

/// Step s of word k of a block is number (k * 4 + s) * fields + field of it.
int weight_of(const Launch &launch, const Sizes &sizes, int64_t point,
              int64_t step) {
  int64_t block = step / sizes.in_block(), inside = step % sizes.in_block();
  int64_t field = inside % Sizes::fields, byte = inside / Sizes::fields;
  int64_t line =
      (point / Sizes::width * sizes.blocks + block) * sizes.words + byte / 4;
  int64_t at = (line * Sizes::width + point % Sizes::width) * 4 + byte % 4;
  int bits = launch.operands[w_at][size_t(at)] >> (4 * field) & 15;
  return bits - launch.operands[zero_at][size_t(point * sizes.blocks + block)];
}

Launch launch_of(const Kernel &kernel, const Sizes &sizes, Values values,
                 std::mt19937 &random) {
  Launch launch = random_launch(kernel, sizes.launch(), random);
  std::vector<uint8_t> &x = launch.operands[x_at];
  for (int64_t row = 0; row < sizes.rows; ++row) {
    std::vector<float> now = row_of(values, sizes, random);
    std::memcpy(x.data() + size_t(row) * now.size() * sizeof(float), now.data(),
                now.size() * sizeof(float));
  }
  std::vector<uint8_t> &w = launch.operands[w_at];
  for (size_t at = 0; at < w.size(); ++at) {
    bool is_first =
        at % 4 == 0 && at / size_t(Sizes::width * 4) % size_t(sizes.words) == 0;
    w[at] = is_first ? uint8_t(random() % 16 * 16 + 7) : uint8_t(random());
  }
  launch.operands[shift_at] = {0, 4};
  for (uint8_t &zero : launch.operands[zero_at])
    zero = 7;
  return launch;
}

/// The largest error as a part of what a sum of K products in f32 may have.
double worst_part(const Launch &launch, const Sizes &sizes,
                  const std::vector<uint8_t> &out) {
  double worst = 0;
  for (int64_t row = 0; row < sizes.rows; ++row)
    for (int64_t point = 0; point < sizes.points; ++point) {
      double sum = 0, magnitude = 0;
      for (int64_t k = 0; k < sizes.depth(); ++k) {
        int64_t block = k / sizes.in_block();
        double term = double(element<float>(launch.operands[x_at],
                                            row * sizes.depth() + k)) *
                      weight_of(launch, sizes, point, k) *
                      double(element<float>(launch.operands[scale_at],
                                            point * sizes.blocks + block));
        sum += term;
        magnitude += std::abs(term);
      }
      double found = double(element<float>(out, row * sizes.points + point));
      if (std::isinf(magnitude) || std::isnan(magnitude)) {
        EXPECT_TRUE(std::isnan(sum) ? std::isnan(found) : found == sum)
            << found << " for " << sum;
        continue;
      }
      double bound = double(sizes.depth()) * 0x1p-24 * magnitude;
      double error = std::abs(found - sum);
      worst = std::max(worst, error == 0 ? 0 : error / bound);
    }
  return worst;
}

TEST(RowDigits, AreAsExactAsSumsOfReals) {
  std::mt19937 random(17);
  std::vector<Kernel> kernels = {
      with_scaled_blocks(4, Sizes::width, true, true, true, false)};
  std::vector<Sizes> sizes = {{1, 3, 2, 50}, {3, 2, 4, 97}, {5, 1, 4, 33}};
  if (!is_simulated)
    sizes.push_back({2, 9, 16, 130});
  std::vector<Launch> launches;
  std::vector<Sizes> launched;
  for (const Sizes &now : sizes)
    for (int values = 0; values <= int(Values::nothing); ++values) {
      launched.push_back(now);
      launches.push_back(launch_of(kernels[0], now, Values(values), random));
    }
  std::vector<native::Run> runs;
  for (const Launch &launch : launches)
    runs.push_back({0, &launch, true});
  for (const Outcomes &outcomes : run_everywhere(kernels, runs))
    for (size_t k = 0; k < runs.size(); ++k) {
      ASSERT_EQ(outcomes.runs[k].status, 0);
      EXPECT_LE(worst_part(launches[k], launched[k],
                           outcomes.runs[k].operands[out_at]),
                1)
          << outcomes.machine << ", launch " << k;
    }
}

} // namespace
} // namespace landfall::native
