//===- lane_math.cpp - Functions of a few operations ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/lane_math.h"
#include "base/minimax.h"

#include <limits>

namespace landfall::tile {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

class Composer {
public:
  explicit Composer(NodeBuilder &builder) : b_(builder) {}

  NodeId exp(NodeId x) {
    // Beyond these, the result is 0 or infinity; NaN stays.
    NodeId low = b_.real(-104), high = b_.real(89);
    x = select(less(x, low), low, x);
    x = select(less(high, x), high, x);
    // Adding it rounds to a whole number, which is then in the low bits.
    NodeId whole = b_.real(0x1.8p23);
    NodeId shifted = fma(x, b_.real(minimax::log2_e), whole);
    NodeId n = add(shifted, negative(whole));
    NodeId r = fma(n, b_.real(-minimax::ln2_high), x);
    r = fma(n, b_.real(-minimax::ln2_low), r);
    NodeId y = polynomial(r, minimax::exp);
    // 2^n in two factors, as it may be no normal number.
    NodeId k = b_.op(ScalarOp::sub, {bits(shifted), bits(whole)});
    NodeId half = b_.op(ScalarOp::shr, {k, b_.whole(1)});
    NodeId rest = b_.op(ScalarOp::sub, {k, half});
    return mul(mul(y, power_of_two(half)), power_of_two(rest));
  }

  NodeId log(NodeId x) {
    NodeId tiny = less(x, b_.real(0x1p-126));
    NodeId scaled = select(tiny, mul(x, b_.real(0x1p23)), x);
    // Moving the origin to sqrt(1/2) makes the exponent field count from there.
    NodeId field = bits(scaled);
    NodeId shifted = b_.op(ScalarOp::sub, {field, b_.whole(0x3f3504f3)});
    NodeId e = b_.op(ScalarOp::shr, {shifted, b_.whole(23)});
    NodeId whole = b_.op(ScalarOp::shl, {e, b_.whole(23)});
    NodeId m = number(b_.op(ScalarOp::sub, {field, whole}));
    NodeId f = add(m, b_.real(-1));
    NodeId n = b_.scalar(ScalarOp::cast, DType::f32, {e});
    n = add(n, select(tiny, b_.real(-23), b_.real(0)));
    NodeId square = mul(f, f);
    NodeId y = mul(mul(f, square), polynomial(f, minimax::log));
    y = fma(n, b_.real(minimax::ln2_low), y);
    y = fma(square, b_.real(-0.5), y);
    y = add(f, y);
    y = fma(n, b_.real(minimax::ln2_high), y);
    // Infinity and NaN stay.
    y = select(less(x, b_.real(infinity)), y, x);
    NodeId zero = b_.real(0);
    y = select(b_.op(ScalarOp::eq, {x, zero}), b_.real(-infinity), y);
    return select(less(x, zero),
                  b_.real(std::numeric_limits<double>::quiet_NaN()), y);
  }

  NodeId tanh(NodeId x) {
    NodeId a = magnitude(x), u = mul(x, x), one = b_.real(1);
    NodeId small = fma(mul(u, a), polynomial(u, minimax::tanh), a);
    NodeId grown = add(exp(add(a, a)), one);
    NodeId large = add(one, negative(divide(b_.real(2), grown)));
    NodeId is_small = less(a, b_.real(minimax::tanh_limit));
    return with_sign(select(is_small, small, large), x);
  }

  NodeId erf(NodeId x) {
    NodeId a = magnitude(x), u = mul(x, x), one = b_.real(1);
    NodeId small = fma(a, polynomial(u, minimax::erf), a);
    NodeId four = b_.real(4);
    NodeId t = select(less(four, a), four, a);
    NodeId large = add(one, negative(exp(polynomial(t, minimax::log_erfc))));
    return with_sign(select(less(a, one), small, large), x);
  }

  /// log(u) * x / (u - 1) with u = 1 + x rounded: the errors of the sum and of
  /// the quotient cancel (Kahan; Goldberg 1991, theorem 4).
  NodeId log1p(NodeId x) {
    NodeId one = b_.real(1), u = add(one, x);
    NodeId y = mul(log(u), divide(x, add(u, b_.real(-1))));
    y = select(b_.op(ScalarOp::eq, {u, one}), x, y);
    return select(b_.op(ScalarOp::eq, {u, b_.real(infinity)}), x, y);
  }

  NodeId negative(NodeId x) { return mul(x, b_.real(-1)); }
  NodeId magnitude(NodeId x) {
    return number(b_.op(ScalarOp::bit_and, {bits(x), b_.whole(0x7fffffff)}));
  }

private:
  NodeId add(NodeId a, NodeId b) { return b_.op(ScalarOp::add, {a, b}); }
  NodeId mul(NodeId a, NodeId b) { return b_.op(ScalarOp::mul, {a, b}); }
  NodeId divide(NodeId a, NodeId b) { return b_.op(ScalarOp::div, {a, b}); }
  NodeId less(NodeId a, NodeId b) { return b_.op(ScalarOp::lt, {a, b}); }
  NodeId fma(NodeId a, NodeId b, NodeId c) {
    return b_.op(ScalarOp::fma, {a, b, c});
  }
  NodeId select(NodeId mask, NodeId a, NodeId b) {
    return b_.op(ScalarOp::select, {mask, a, b});
  }
  NodeId bits(NodeId x) {
    return b_.scalar(ScalarOp::bitcast, DType::i32, {x});
  }
  NodeId number(NodeId x) {
    return b_.scalar(ScalarOp::bitcast, DType::f32, {x});
  }
  NodeId power_of_two(NodeId n) {
    NodeId biased = b_.op(ScalarOp::add, {n, b_.whole(127)});
    return number(b_.op(ScalarOp::shl, {biased, b_.whole(23)}));
  }
  /// The magnitude of a non-negative value or NaN, and the sign of another.
  NodeId with_sign(NodeId value, NodeId sign) {
    NodeId mask = b_.whole(INT32_MIN);
    NodeId bit = b_.op(ScalarOp::bit_and, {bits(sign), mask});
    return number(b_.op(ScalarOp::bit_or, {bits(value), bit}));
  }
  /// By Horner's rule.
  NodeId polynomial(NodeId x, std::span<const double> coefficients) {
    NodeId sum = b_.real(coefficients.back());
    for (size_t k = coefficients.size() - 1; k-- > 0;)
      sum = fma(sum, x, b_.real(coefficients[k]));
    return sum;
  }

  NodeBuilder &b_;
};

} // namespace

NodeId compose(NodeBuilder &builder, ScalarOp op,
               std::span<const NodeId> args) {
  Composer composer(builder);
  switch (op) {
  case ScalarOp::exp:
    return composer.exp(args[0]);
  case ScalarOp::log:
    return composer.log(args[0]);
  case ScalarOp::tanh:
    return composer.tanh(args[0]);
  case ScalarOp::erf:
    return composer.erf(args[0]);
  case ScalarOp::log1p:
    return composer.log1p(args[0]);
  case ScalarOp::neg:
    return composer.negative(args[0]);
  case ScalarOp::abs:
    return composer.magnitude(args[0]);
  default:
    return no_node;
  }
}

} // namespace landfall::tile
