//===- fold_weights_test.cpp - Weights that are dequantised ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/fold_weights.h"

#include "compiler/passes/pass_for_test.h"

namespace landfall::compiler {
namespace {

using namespace ir;

/// 2 * w of bytes w, [points, 64].
Tensor weights(Builder &b, int64_t points) {
  std::vector<uint8_t> bytes(size_t(points * 64));
  for (size_t k = 0; k < bytes.size(); ++k)
    bytes[k] = uint8_t(k * 7);
  Tensor w =
      b.constant({DType::i8, {points, 64}, share_bytes(std::move(bytes))});
  return b.map(w.shape(), DType::f32,
               [&](auto at) { return cast(w.at(at), DType::f32) * 2.0; });
}

Tensor turned(Builder &b, Tensor x) {
  return b.map({x.dim(1), x.dim(0)}, x.dtype(),
               [&](auto at) { return x.at({at[1], at[0]}); });
}

TEST(FoldWeights, ManyAreFoldedLateAndWhatFollowsToo) {
  auto build = [](Builder &b) {
    Tensor w = b.reshape(turned(b, weights(b, 64)), {64 * 64});
    Tensor x = input(b);
    b.output("y", b.map(x.shape(), DType::f32, [&](auto at) {
      return x.at(at) + w.at({at[0] * 64.0 + at[1]});
    }));
  };
  Outcome before = outcome(build, nullptr, 4, 6);
  Outcome after = outcome(build, fold_weights, 4, 6);
  EXPECT_EQ(after.values, before.values);
  EXPECT_EQ(before.count("lf.map"), 3);
  EXPECT_EQ(after.count("lf.map"), 1);
  EXPECT_EQ(after.count("lf.reshape"), 0);
}

TEST(FoldWeights, FewAreFoldedAtOnce) {
  auto build = [](Builder &b) {
    Tensor w = weights(b, 63), x = input(b);
    b.output("y", b.map(x.shape(), DType::f32,
                        [&](auto at) { return x.at(at) + w.at(at); }));
  };
  EXPECT_EQ(outcome(build, nullptr, 4, 6).count("lf.map"), 1);
}

TEST(FoldWeights, TheirDataIsKnownWhileTheGraphIsBuilt) {
  outcome(
      [](Builder &b) {
        Tensor w = weights(b, 64);
        std::optional<ConstantData> data = b.constant_data(w);
        ASSERT_TRUE(data);
        float value;
        std::memcpy(&value, data->bytes.data.data() + 4 * 3, sizeof value);
        EXPECT_EQ(value, 42);
        b.output("y", input(b));
      },
      nullptr, 4, 6);
}

} // namespace
} // namespace landfall::compiler
