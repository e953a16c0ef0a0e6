//===- size_test.cpp ------------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "ir/builder.h"
#include "ir/size/size.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace landfall::ir {
namespace {

struct SizeTest : testing::Test {
  SizeContext context;
  Size h = context.symbol("H", {1, INT64_MAX});
  Size w = context.symbol("W", {1, INT64_MAX});
  Size n = context.symbol("N");
  Size k = context.symbol("K", {1, 8});
};

TEST_F(SizeTest, EqualPolynomialsAreOneNode) {
  EXPECT_EQ((h + w) * (h - w), h * h - w * w);
  EXPECT_EQ(h * w * 3 - w * h * 3, Size(0));
  EXPECT_EQ(h + 1 - 1, h);
  EXPECT_NE(h, w);
}

TEST_F(SizeTest, DivisionTakesOutWholeMultiples) {
  EXPECT_EQ(floordiv(h * 4 + w, 4), h + floordiv(w, 4));
  EXPECT_EQ(floordiv(h * 6 + 3, 6), h);
  EXPECT_EQ(floordiv(h * 4 + 7, 8), floordiv(h + 1, 2));
  EXPECT_EQ(floordiv(floordiv(h, 2), 3), floordiv(h, 6));
  EXPECT_EQ(floordiv(floordiv(h - 1, 2) + 1 - 1, 2) + 1,
            floordiv(h - 1, 4) + 1);
  EXPECT_EQ(floordiv(h * w * n, h * n), w);
  EXPECT_EQ(floordiv((h + 1) * (floordiv(w, 2) + 3), h + 1),
            floordiv(w, 2) + 3);
  EXPECT_EQ(floordiv(h * 2, w * 2), floordiv(h * 2, w * 2));
  EXPECT_EQ(ceildiv(h * w, w), h);
  EXPECT_EQ(floordiv(k, 9), Size(0));
  EXPECT_EQ(floordiv(-7, 2), Size(-4));
  EXPECT_EQ(truncdiv(-7, 2), Size(-3));
}

TEST_F(SizeTest, ModulusMatchesDivision) {
  EXPECT_EQ(mod(h * 4, 4), Size(0));
  EXPECT_EQ(mod(h * 4 + 3, 4), Size(3));
  EXPECT_EQ(mod(h * 4 + 3, 8), mod(h, 2) * 4 + 3);
  EXPECT_EQ(mod(k, 9), k);
  EXPECT_EQ(mod(h * w, w), Size(0));
  EXPECT_EQ(mod(-7, 4), Size(1));
  EXPECT_EQ(mod(-7, -4), Size(-3));
}

TEST_F(SizeTest, MinAndMaxDropOrderedArguments) {
  EXPECT_EQ(min(h, h + 1), h);
  EXPECT_EQ(max(h, h + 1), h + 1);
  EXPECT_EQ(min(k, 8), k);
  EXPECT_EQ(min(min(h, w), h), min(w, h));
  EXPECT_EQ(min(h, INT64_MAX), h);
  EXPECT_EQ(max(n, 0), n);
}

TEST_F(SizeTest, BroadcastTakesTheKnownExtent) {
  EXPECT_EQ(broadcast(n, 1), n);
  EXPECT_EQ(broadcast(1, n), n);
  EXPECT_EQ(broadcast(n, 5), Size(5));
  EXPECT_EQ(broadcast(5, n), Size(5));
  EXPECT_EQ(broadcast(n, n), n);
  EXPECT_EQ(broadcast(h, w), broadcast(w, h));
  EXPECT_EQ(broadcast(h + 1, w), h + 1);
  EXPECT_EQ(broadcast(broadcast(h, w), h), broadcast(h, w));
}

TEST_F(SizeTest, ComparisonsAreDecidedByRanges) {
  EXPECT_EQ(equal(h, 0), Size(0));
  EXPECT_EQ(equal(h * 2, 7), Size(0));
  EXPECT_EQ(equal(h * 2, w * 2), equal(w, h));
  EXPECT_EQ(less(h, h + 1), Size(1));
  EXPECT_EQ(less(k, 9), Size(1));
  EXPECT_EQ(less(h * 2, 7), less(h, 4));
  EXPECT_TRUE(known_ge(h, floordiv(h, 2)));
  EXPECT_TRUE(known_ge(h * w, h));
  EXPECT_TRUE(known_ge(h, min(h, w)));
  EXPECT_TRUE(known_ge(max(h, w), w));
  EXPECT_FALSE(known_ge(h, w));
  EXPECT_TRUE(known_different(h, h + 1));
  EXPECT_EQ(select(less(h, 4), w, w), w);
  Size small = less(h, 4);
  EXPECT_EQ(small * small, small);
}

TEST_F(SizeTest, TextIsReadable) {
  EXPECT_EQ((h * 2 + floordiv(w - 1, 2)).str(), "2*H + floordiv(W + 1, 2) - 1");
  EXPECT_EQ((Size(0) - h * w + 3).str(), "-H*W + 3");
  Size odd = context.symbol("a \"b\"");
  EXPECT_EQ((odd + 1).str(), "\"a \\\"b\\\"\" + 1");
  EXPECT_EQ(context.parse((odd + 1).str()), odd + 1);
  EXPECT_EQ(to_string(Shape{h, 3}), "[H, 3]");
  EXPECT_EQ(context.parse("-9223372036854775808"), Size(INT64_MIN));
  for (const char *bad : {"", "H +", "H W", "floordiv(H)", "Z", "(H", "H)",
                          "9223372036854775808", "floordiv(H, 0)", "\"H"})
    EXPECT_FALSE(context.parse(bad)) << bad;
  EXPECT_FALSE(context.parse(std::string(100000, '(')));
}

TEST_F(SizeTest, TextOfSharedExpressionsStaysShort) {
  Size tower = h;
  for (int i = 0; i < 40; ++i)
    tower = floordiv(tower + w, n + i + 1) * tower + mod(tower, w + i);
  EXPECT_LT(tower.str().size(), 100000u);
  EXPECT_EQ(context.parse(tower.str()), tower);
  Size chain = h;
  for (int i = 0; i < 2000; ++i)
    chain = min(chain, w) + floordiv(chain, n + i + 2);
  EXPECT_EQ(context.parse(chain.str()), chain);
}

TEST_F(SizeTest, TakenNamesGetASuffix) {
  EXPECT_NE(context.symbol("H"), h);
  EXPECT_EQ(context.symbol("H").str(), "H_2");
  EXPECT_EQ(context.find_symbol("H"), h);
}

TEST_F(SizeTest, OverflowIsNeverSilent) {
  Size huge = h * INT64_MAX;
  Size product = huge * 2, sum = huge + huge;
  EXPECT_EQ(context.parse(product.str()), product);
  EXPECT_EQ(context.parse((sum + 3).str()), sum + 3);
  EXPECT_EQ(product.range().high, INT64_MAX);
  EXPECT_THROW(Size(INT64_MAX) + 1, BuildError);
  EXPECT_THROW(floordiv(INT64_MIN, -1), BuildError);
  EXPECT_THROW(floordiv(h, 0), BuildError);
  EXPECT_EQ(landfall::ir::product(std::vector<Size>{INT64_MAX, 4, 0}), Size(0));
}

TEST_F(SizeTest, StepsShareSubexpressions) {
  Size shared = floordiv(h + 3, 2);
  int divisions = 0;
  for (const SizeStep &step : steps(shared * shared + min(shared, w)))
    divisions += step.op == SizeStep::Op::floordiv;
  EXPECT_EQ(divisions, 1);
  EXPECT_EQ(symbols(w * 2 + h), (std::vector<Size>{h, w}));
}

//===--- Random expressions against direct evaluation ---------------------===//

/// Values wide enough to notice overflow; nullopt where a run would fail.
using Value = std::optional<__int128>;

Value bounded(__int128 value) {
  constexpr __int128 limit = __int128(1) << 62;
  return value > -limit && value < limit ? Value(value) : std::nullopt;
}

Value apply(SizeStep::Op op, Value a, Value b) {
  using Op = SizeStep::Op;
  if (!a || !b)
    return std::nullopt;
  __int128 x = *a, y = *b;
  if ((op == Op::floordiv || op == Op::mod) && y == 0)
    return std::nullopt;
  if (op == Op::broadcast && x != 1 && y != 1 && x != y)
    return std::nullopt; // Illegal operands: the result is not defined.
  auto floor = [&] { return x / y - (x % y != 0 && (x < 0) != (y < 0)); };
  switch (op) {
  case Op::add:
    return bounded(x + y);
  case Op::mul:
    return bounded(x * y);
  case Op::floordiv:
    return floor();
  case Op::mod:
    return x - floor() * y;
  case Op::min:
    return std::min(x, y);
  case Op::max:
    return std::max(x, y);
  case Op::broadcast:
    return x == 1 ? y : x;
  case Op::equal:
    return x == y;
  default:
    return x < y;
  }
}

struct Sample {
  Size size;
  std::vector<Value> values; ///< One for each assignment of the symbols.
};

struct RandomSizes {
  static constexpr int assignments = 12;
  std::mt19937 random{12345};
  SizeContext context;
  std::vector<Sample> leaves;
  std::map<const SizeNode *, std::vector<Value>> symbol_values;

  int64_t pick(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  }

  RandomSizes() {
    for (SizeRange range :
         {SizeRange{0, INT64_MAX}, SizeRange{1, INT64_MAX}, SizeRange{1, 6},
          SizeRange{INT64_MIN, INT64_MAX}, SizeRange{-5, 3}, SizeRange{0, 1}}) {
      Sample leaf{context.symbol("s", range), {}};
      for (int i = 0; i < assignments; ++i)
        leaf.values.push_back(pick(std::max<int64_t>(range.low, -20),
                                   std::min<int64_t>(range.high, 20)));
      symbol_values[leaf.size.node()] = leaf.values;
      leaves.push_back(leaf);
    }
  }

  Sample constant() {
    int64_t value = pick(0, 9) == 0 ? INT64_MAX - pick(0, 1) : pick(-4, 12);
    return {value, std::vector<Value>(assignments, bounded(value))};
  }

  Sample make(int depth) {
    if (depth == 0 || pick(0, 5) == 0)
      return pick(0, 2) ? leaves[size_t(pick(0, 5))] : constant();
    Sample a = make(depth - 1), b = make(depth - 1);
    using Op = SizeStep::Op;
    static constexpr Op ops[] = {
        Op::add,      Op::mul, Op::add, Op::mul,       Op::floordiv, Op::mod,
        Op::floordiv, Op::min, Op::max, Op::broadcast, Op::equal,    Op::less};
    Op op = ops[pick(0, std::size(ops) - 1)];
    if (b.size == Size(0) && (op == Op::floordiv || op == Op::mod))
      op = Op::add;
    Sample result{combine(op, a.size, b.size), {}};
    for (int i = 0; i < assignments; ++i)
      result.values.push_back(
          apply(op, a.values[size_t(i)], b.values[size_t(i)]));
    return result;
  }

  static Size combine(SizeStep::Op op, Size a, Size b) {
    using Op = SizeStep::Op;
    switch (op) {
    case Op::add:
      return a + b;
    case Op::mul:
      return a * b;
    case Op::floordiv:
      return floordiv(a, b);
    case Op::mod:
      return mod(a, b);
    case Op::min:
      return min(a, b);
    case Op::max:
      return max(a, b);
    case Op::broadcast:
      return broadcast(a, b);
    case Op::equal:
      return equal(a, b);
    default:
      return less(a, b);
    }
  }

  Value evaluate(Size size, int assignment) {
    std::vector<Value> values;
    for (const SizeStep &step : steps(size)) {
      if (step.op == SizeStep::Op::constant)
        values.push_back(step.constant);
      else if (step.op == SizeStep::Op::symbol)
        values.push_back(
            symbol_values.at(step.symbol.node())[size_t(assignment)]);
      else
        values.push_back(
            apply(step.op, values[size_t(step.a)], values[size_t(step.b)]));
    }
    return values.back();
  }
};

TEST(SizeRandomTest, NormalFormKeepsTheValue) {
  RandomSizes random;
  int compared = 0;
  for (int round = 0; round < 2000; ++round) {
    Sample sample;
    try {
      sample = random.make(4);
    } catch (const BuildError &) {
      continue;
    }
    std::string text = sample.size.str();
    // Beside int64's limits a second look may decide more than the first.
    if (text.find("92233720368547") == text.npos)
      ASSERT_EQ(random.context.parse(text), sample.size) << text;
    SizeRange range = sample.size.range();
    for (int i = 0; i < RandomSizes::assignments; ++i) {
      Value expected = sample.values[size_t(i)];
      if (!expected)
        continue;
      ASSERT_GE(*expected, range.low) << sample.size.str();
      ASSERT_LE(*expected, range.high) << sample.size.str();
      Value actual = random.evaluate(sample.size, i);
      if (!actual)
        continue; // An intermediate value left the bounds.
      ++compared;
      ASSERT_EQ(int64_t(*actual), int64_t(*expected)) << sample.size.str();
    }
  }
  EXPECT_GT(compared, 5000);
}

} // namespace
} // namespace landfall::ir
