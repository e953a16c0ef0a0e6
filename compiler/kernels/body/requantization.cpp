//===- requantization.cpp - Quantised sums without divisions --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The margin e. With u = 2^-24 a rounding errs by at most u times what it
// rounds, as long as nothing leaves the range of normal numbers: `usable` keeps
// factors and divisor where results that do are too small to matter. Let P be
// the sum of the magnitudes of c / d, zero and the terms of narrow integers.
// A term of 32 bits is at most 300 + P where the result is less than 300 in
// magnitude; where it is not, both ways saturate. So all that is rounded, here
// and in the kernel's operations, is at most T, the sum of these, and errors
// add up to the number of roundings times T * u.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/body/requantization.h"

#include "compiler/kernels/body/body_values.h"
#include "compiler/kernels/lanes/lane_code.h"

#include "llvm/IR/Intrinsics.h"

#include <bit>

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Results beyond this saturate.
constexpr double saturated = 300;
/// Factors are at most this, and the divisor is between this and its inverse.
constexpr double most_factor = 0x1p30;
constexpr size_t most_factors_of_term = 3;

bool is_scalar(const Node &node, ScalarOp op) {
  return node.kind == NodeKind::scalar && node.op == op;
}

bool is_byte(DType type) { return type == DType::u8 || type == DType::i8; }

} // namespace

std::optional<Requantization> Requantization::find(NodeId node,
                                                   BodyEmitter &ahead) {
  const Node &cast = ahead.frame().kernel.nodes[node];
  if (!is_scalar(cast, ScalarOp::cast_sat) || !is_byte(cast.type) ||
      ahead.has(node))
    return std::nullopt;
  Requantization found(node, cast.type);
  if (!found.read(ahead))
    return std::nullopt;
  return found;
}

bool Requantization::read(BodyEmitter &ahead) {
  const std::vector<Node> &nodes = ahead.frame().kernel.nodes;
  const Node *real = &nodes[nodes[node_].args[0]];
  if (is_scalar(*real, ScalarOp::add)) {
    zero_ = real->args[1];
    const Node &zero = nodes[zero_];
    if (!ahead.has(zero_) || !is_scalar(zero, ScalarOp::cast) ||
        !is_byte(nodes[zero.args[0]].type))
      return false;
    real = &nodes[real->args[0]];
  }
  if (!is_scalar(*real, ScalarOp::round) || real->type != DType::f32)
    return false;
  const Node &quotient = nodes[real->args[0]];
  if (!is_scalar(quotient, ScalarOp::div) || !ahead.has(quotient.args[1]))
    return false;
  divisor_ = quotient.args[1];
  NodeId sum = quotient.args[0];
  for (;;) {
    const Node &node = nodes[sum];
    if (!is_scalar(node, ScalarOp::max) && !is_scalar(node, ScalarOp::min))
      break;
    bool is_second = ahead.has(node.args[1]);
    NodeId bound = node.args[is_second];
    if (!ahead.has(bound))
      return false;
    bounds_.push_back({node.op, bound});
    sum = node.args[!is_second];
  }
  return read_sum(sum, {}, ahead) && !terms_.empty() &&
         most_factors() <= most_factors_of_term &&
         llvm::count_if(terms_, [](const Term &t) { return t.most == 0; }) <= 1;
}

/// Adds what a node is the sum of, times `scale`.
bool Requantization::read_sum(NodeId id, Scale scale, BodyEmitter &ahead) {
  const Kernel &kernel = ahead.frame().kernel;
  const Node &node = kernel.nodes[id];
  if (node.type != DType::f32)
    return false;
  if (ahead.has(id)) {
    offsets_.push_back({id, scale});
    return true;
  }
  if (is_scalar(node, ScalarOp::cast))
    return read_integer(node, scale, kernel);
  if (is_scalar(node, ScalarOp::mul)) {
    bool is_second = ahead.has(node.args[1]);
    scale.factors.push_back(node.args[is_second]);
    return ahead.has(node.args[is_second]) &&
           read_sum(node.args[!is_second], scale, ahead);
  }
  bool subtracts = is_scalar(node, ScalarOp::sub);
  if (!subtracts && !is_scalar(node, ScalarOp::add))
    return false;
  ++additions_;
  Scale second = scale;
  second.negative ^= subtracts;
  return read_sum(node.args[0], scale, ahead) &&
         read_sum(node.args[1], second, ahead);
}

bool Requantization::read_integer(const Node &cast, const Scale &scale,
                                  const Kernel &kernel) {
  const Node &source = kernel.nodes[cast.args[0]];
  if (is_byte(source.type))
    terms_.push_back({cast.args[0], scale, 255});
  else if (source.type == DType::i32)
    terms_.push_back({cast.args[0], scale, 0});
  else
    return false;
  return true;
}

bool Requantization::has_wide_term() const {
  return llvm::any_of(terms_, [](const Term &term) { return term.most == 0; });
}

size_t Requantization::most_factors() const {
  size_t most = 0;
  for (const Term &term : terms_)
    most = std::max(most, term.scale.factors.size());
  for (const Offset &offset : offsets_)
    most = std::max(most, offset.scale.factors.size());
  return most;
}

/// Values are f32 unless said otherwise, and scalars where all lanes' are the
/// same.
class Requantization::Constants {
public:
  Constants(Requantization &of, BodyEmitter &ahead)
      : q_(of), ahead_(ahead), lanes_(ahead.lanes()),
        divisor_(ahead.value(of.divisor_)),
        inverse_(apply(ScalarOp::div, number(1), divisor_)),
        magnitude_(number(0)) {
    require(number(1 / most_factor), divisor_);
    require(divisor_, number(most_factor));
  }

  void emit() {
    LaneValue sum = q_.zero_ == no_node ? number(0) : ahead_.value(q_.zero_);
    measure(sum);
    // Roundings of what is made of constants alone, and of the margin.
    double of_constants = 2;
    for (const Offset &offset : q_.offsets_) {
      LaneValue value = ahead_.value(offset.value);
      require(apply(ScalarOp::abs, value), number(most_factor));
      value = apply(ScalarOp::mul, value, coefficient(offset.scale));
      measure(value);
      sum = apply(ScalarOp::add, sum, value);
      of_constants += 2 * double(offset.scale.factors.size()) + 4;
    }
    LaneValue wide = emit_terms();
    bool is_simple = q_.terms_.size() == 1 && q_.offsets_.size() <= 1;
    LaneValue most = magnitude_;
    if (wide)
      most = apply(ScalarOp::add, number(saturated),
                   apply(ScalarOp::mul, magnitude_, number(is_simple ? 1 : 2)));
    // A factor is multiplied by there and here, the inverse is rounded and
    // multiplied by; a term is multiplied and added; there is a division.
    double of_terms = 2 * double(q_.most_factors()) + 3 +
                      2 * double(q_.terms_.size()) + q_.additions_;
    constexpr double unit = 0x1.1p-24; // With some room for products of errors.
    LaneValue margin = apply(
        ScalarOp::add, apply(ScalarOp::mul, most, number(of_terms * unit)),
        apply(ScalarOp::mul, magnitude_, number(of_constants * unit)));
    require(margin, number(0.25));
    // No sum is beyond 32 bits.
    if (wide)
      require(apply(ScalarOp::abs, wide), number(0.25));
    if (q_.terms_.size() == 1) {
      q_.below_ = lanes_.spread(apply(ScalarOp::sub, sum, margin));
      q_.above_ = lanes_.spread(apply(ScalarOp::add, sum, margin));
    } else {
      q_.offset_ = lanes_.spread(sum);
      q_.margin_ = lanes_.spread(margin);
    }
    emit_bounds();
    Value *none = llvm::Constant::getNullValue(lanes_.vector_type(DType::i32));
    q_.unusable_ = lanes_.b().CreateSelect(
        lanes_.spread(usable_), none,
        llvm::Constant::getAllOnesValue(none->getType()));
  }

private:
  LaneValue number(double value) {
    return lanes_.constant(DType::f32, std::bit_cast<uint32_t>(float(value)));
  }
  LaneValue whole(int64_t value) {
    return lanes_.constant(DType::i32, uint64_t(value));
  }
  LaneValue apply(ScalarOp op, LaneValue a) {
    return lanes_.apply(op, a.type(), {a});
  }
  LaneValue apply(ScalarOp op, LaneValue a, LaneValue b) {
    return lanes_.apply(op, a.type(), {a, b});
  }
  /// That a <= b, neither of which is NaN.
  void require(LaneValue a, LaneValue b) {
    LaneValue holds = lanes_.apply(ScalarOp::le, DType::boolean, {a, b});
    usable_ = usable_ ? apply(ScalarOp::bit_and, usable_, holds) : holds;
  }
  void measure(LaneValue value) {
    magnitude_ = apply(ScalarOp::add, magnitude_, apply(ScalarOp::abs, value));
  }

  LaneValue coefficient(const Scale &scale) {
    LaneValue product;
    for (NodeId factor : scale.factors) {
      LaneValue value = ahead_.value(factor);
      require(apply(ScalarOp::abs, value), number(most_factor));
      product = product ? apply(ScalarOp::mul, product, value) : value;
    }
    product = product ? apply(ScalarOp::mul, product, inverse_) : inverse_;
    return scale.negative ? apply(ScalarOp::neg, product) : product;
  }

  /// The coefficient of the term of 32 bits, if there is one.
  LaneValue emit_terms() {
    LaneValue wide;
    for (Term &term : q_.terms_) {
      LaneValue value = coefficient(term.scale);
      term.coefficient = lanes_.spread(value);
      if (term.most == 0)
        wide = value;
      else
        measure(apply(ScalarOp::mul, value, number(double(term.most))));
    }
    return wide;
  }

  /// A quotient by a positive number, its rounding and the sum with a whole
  /// number keep the order: so bounds of x are bounds of the result.
  void emit_bounds() {
    bool is_signed = q_.type_ == DType::i8;
    LaneValue least = whole(-1000), greatest = whole(1000);
    auto restrict = [&](ScalarOp op, const LaneValue &bound) {
      least = apply(op, least, bound);
      greatest = apply(op, greatest, bound);
    };
    for (const Bound &bound : llvm::reverse(q_.bounds_)) {
      LaneValue real = ahead_.value(bound.value);
      require(real, real);
      real = apply(ScalarOp::round, apply(ScalarOp::div, real, divisor_));
      if (q_.zero_ != no_node)
        real = apply(ScalarOp::add, real, ahead_.value(q_.zero_));
      real = apply(ScalarOp::min, apply(ScalarOp::max, real, number(-1000)),
                   number(1000));
      restrict(bound.op, lanes_.apply(ScalarOp::cast, DType::i32, {real}));
    }
    restrict(ScalarOp::max, whole(is_signed ? -128 : 0));
    restrict(ScalarOp::min, whole(is_signed ? 127 : 255));
    q_.least_ = lanes_.spread(least);
    q_.greatest_ = lanes_.spread(greatest);
  }

  Requantization &q_;
  BodyEmitter &ahead_;
  Lanes &lanes_;
  LaneValue divisor_, inverse_;
  LaneValue magnitude_; ///< P.
  LaneValue usable_;    ///< bool.
};

void Requantization::prepare(BodyEmitter &ahead) {
  Constants(*this, ahead).emit();
}

Value *Requantization::emit(BodyEmitter &body, const Wholes &known,
                            Value *&unsure) const {
  Lanes &lanes = body.lanes();
  llvm::IRBuilderBase &b = lanes.b();
  LaneCode code(lanes.frame());
  llvm::Type *whole = lanes.vector_type(DType::i32);
  auto real = [&](const Term &term) {
    Value *integer = known.lookup(term.integer);
    LaneValue value = integer ? LaneValue::varying(DType::i32, integer)
                              : emit_value(term.integer, body);
    return lanes.spread(lanes.apply(ScalarOp::cast, DType::f32, {value}));
  };
  Value *below, *above;
  if (below_) {
    Value *term = real(terms_[0]);
    below = code.multiply_add(term, terms_[0].coefficient, below_);
    above = code.multiply_add(term, terms_[0].coefficient, above_);
  } else {
    Value *sum = offset_;
    for (const Term &term : terms_)
      sum = code.multiply_add(real(term), term.coefficient, sum);
    below = b.CreateFSub(sum, margin_);
    above = b.CreateFAdd(sum, margin_);
  }
  auto round = [&](Value *x) {
    return b.CreateIntrinsic(llvm::Intrinsic::lrint, {whole, x->getType()},
                             {x});
  };
  Value *low = round(below), *high = round(above);
  unsure = b.CreateOr(unsure, b.CreateXor(low, high));
  Value *result = b.CreateBinaryIntrinsic(llvm::Intrinsic::smax, high, least_);
  return b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, result, greatest_);
}

Requantizations::Requantizations(BodyEmitter &ahead) {
  const Lanes &lanes = ahead.lanes();
  if (lanes.is_scalar() || lanes.is_scalable())
    return;
  for (NodeId node : ahead.frame().kernel.body.nodes)
    if (auto found = Requantization::find(node, ahead))
      all_.push_back(std::move(*found));
  for (Requantization &each : all_) {
    each.prepare(ahead);
    unusable_ = unusable_ ? ahead.frame().b.CreateOr(unusable_, each.unusable())
                          : each.unusable();
  }
}

void Requantizations::bind(BodyEmitter &body, Value *&unsure) const {
  Requantization::Wholes known;
  Lanes &lanes = body.lanes();
  for (const Requantization &each : all_) {
    Value *whole = each.emit(body, known, unsure);
    known[each.node()] = whole;
    body.bind(each.node(),
              LaneValue::varying(each.type(),
                                 lanes.b().CreateTrunc(
                                     whole, lanes.vector_type(each.type()))));
  }
}

} // namespace landfall::kernels
