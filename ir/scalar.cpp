//===- scalar.cpp - The facade: scalar code in bodies --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/bounds.h"

#include <fmt/format.h>

#include <cmath>

using namespace mlir;

namespace landfall::ir {

DType Scalar::dtype() const { return lf::from_mlir(value_of(*this).getType()); }

//===--- Loads and stores -------------------------------------------------===//

Scalar Builder::Impl::load(Value tensor, std::span<const Scalar> indices,
                           Scalar guard, Scalar other) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (type.getRank() != (int64_t)indices.size())
    throw BuildError(ErrorCode::internal,
                     fmt::format("{} indices for a tensor of rank {}",
                                 indices.size(), type.getRank()));
  SmallVector<Value> at;
  for (Scalar index : indices)
    at.push_back(value_of(index));
  return wrap(lf::LoadOp::create(op, loc, type.getElementType(), tensor, at,
                                 guard ? value_of(guard) : Value(),
                                 guard ? value_of(other) : Value()));
}

Scalar Tensor::at(std::span<const Scalar> indices) const {
  if (indices.size() == size_t(rank()))
    require_inside(builder_->impl(), shape(), indices);
  return builder_->impl().load(value_of(*this), indices, {}, {});
}
Scalar Tensor::at(std::initializer_list<Scalar> indices) const {
  return at(std::span(indices.begin(), indices.size()));
}
Scalar Tensor::at_or(std::span<const Scalar> indices, Scalar guard,
                     Scalar other) const {
  if (indices.size() == size_t(rank()))
    require_inside(builder_->impl(), shape(), indices, guard);
  return builder_->impl().load(value_of(*this), indices, guard, other);
}
void Builder::require_broadcast(Size extent, Scalar index) {
  ir::require_broadcast(*impl_, extent, index);
}
Scalar Buffer::at(std::span<const Scalar> indices) const {
  return builder_->impl().load(unwrap(value_), indices, {}, {});
}
Scalar Buffer::at(std::initializer_list<Scalar> indices) const {
  return at(std::span(indices.begin(), indices.size()));
}
void Buffer::store(std::span<const Scalar> indices, Scalar value) const {
  Builder::Impl &i = builder_->impl();
  SmallVector<Value> at;
  for (Scalar index : indices)
    at.push_back(value_of(index));
  lf::StoreOp::create(i.op, i.loc, value_of(value), unwrap(value_), at,
                      Value());
}
void Buffer::store(std::initializer_list<Scalar> indices, Scalar value) const {
  store(std::span(indices.begin(), indices.size()), value);
}

//===--- Literals ---------------------------------------------------------===//

/// Towards zero; clamped, NaN to 0.
static int64_t to_int64(double value) {
  if (value != value)
    return 0;
  if (value >= 0x1p63)
    return INT64_MAX;
  return value < -0x1p63 ? INT64_MIN : int64_t(value);
}

Scalar Builder::literal(DType dtype, double value) {
  if (!is_real(dtype))
    return literal_int(dtype, to_int64(value));
  Impl &i = *impl_;
  auto type = cast<FloatType>(lf::to_mlir(dtype, &i.m.context));
  llvm::APFloat number(value);
  if (is_narrow_real(dtype)) {
    llvm::APInt bits(info(dtype).bits,
                     real_from_double(dtype, value, Saturation::off));
    number = llvm::APFloat(type.getFloatSemantics(), bits);
  } else {
    bool lost;
    number.convert(type.getFloatSemantics(), llvm::APFloat::rmNearestTiesToEven,
                   &lost);
  }
  return i.wrap(
      lf::LiteralOp::create(i.op, i.loc, type, FloatAttr::get(type, number)));
}

Scalar Builder::literal_int(DType dtype, int64_t value) {
  if (is_real(dtype))
    return literal(dtype, double(value));
  if (dtype == DType::string && value == 0)
    return text("");
  Impl &i = *impl_;
  auto type = dyn_cast<IntegerType>(lf::to_mlir(dtype, &i.m.context));
  if (!type)
    throw BuildError(
        ErrorCode::unsupported,
        fmt::format("there is no arithmetic on {} elements", name(dtype)));
  llvm::APInt bits(64, uint64_t(value));
  return i.wrap(lf::LiteralOp::create(
      i.op, i.loc, type, IntegerAttr::get(type, bits.trunc(type.getWidth()))));
}

Scalar Builder::text(std::string_view text) {
  return bitcast(index(impl_->m.texts.number_of(text)), DType::string);
}

Scalar Builder::scalar(Size size) {
  auto constant = size.constant();
  if (constant && *constant <= largest_kernel_constant)
    return index(*constant);
  return impl_->wrap(impl_->size_value(size));
}

//===--- Operations -------------------------------------------------------===//

/// Whether the operation has a meaning for this type.
static bool is_defined(ScalarOp op, DType type) {
  DTypeKind kind = info(type).kind;
  if (kind == DTypeKind::complex)
    return false;
  if (kind == DTypeKind::text) // A text is the same as another, or not.
    return op == ScalarOp::eq || op == ScalarOp::ne || op == ScalarOp::bitcast;
  if (info(op).signature == ScalarSignature::real)
    return kind == DTypeKind::real;
  if (info(op).signature == ScalarSignature::logic)
    return kind != DTypeKind::real;
  bool orders = op == ScalarOp::min || op == ScalarOp::max;
  return info(op).signature != ScalarSignature::same || orders ||
         kind != DTypeKind::boolean;
}

static void check_types(ScalarOp op, DType result,
                        std::span<const Scalar> args) {
  bool chooses = op == ScalarOp::select;
  if (chooses && args[0].dtype() != DType::boolean)
    throw BuildError(ErrorCode::invalid_model,
                     fmt::format("a condition has type {}, expected bool",
                                 name(args[0].dtype())));
  DType type = args[chooses ? 1 : 0].dtype();
  for (Scalar arg : args.subspan(chooses ? 1 : 0))
    if (arg.dtype() != type)
      throw BuildError(ErrorCode::invalid_model,
                       fmt::format("operand types differ: {} and {}; a Cast "
                                   "before the node makes them equal",
                                   name(type), name(arg.dtype())));
  auto require_defined = [&](DType used) {
    if (!is_defined(op, used))
      throw BuildError(ErrorCode::invalid_model,
                       fmt::format("the operation '{}' is not defined for {}",
                                   info(op).text, name(used)));
  };
  if (chooses)
    return;
  require_defined(type);
  if (info(op).signature == ScalarSignature::cast)
    require_defined(result);
}

Scalar Builder::apply(ScalarOp op, DType result, std::span<const Scalar> args) {
  Impl &i = *impl_;
  SmallVector<Value> values;
  for (Scalar arg : args)
    values.push_back(value_of(arg));
  check_types(op, result, args);
  return i.wrap(lf::ScalarOp::create(
      i.op, i.loc, lf::to_mlir(result, &i.m.context), op, values));
}

static Scalar same(ScalarOp op, Scalar a, Scalar b) {
  return a.builder().apply(op, a.dtype(), std::initializer_list<Scalar>{a, b});
}
static Scalar test(ScalarOp op, Scalar a, Scalar b) {
  return a.builder().apply(op, DType::boolean,
                           std::initializer_list<Scalar>{a, b});
}
static Scalar like(Scalar other, double value) {
  return other.builder().literal(other.dtype(), value);
}

Scalar operator+(Scalar a, Scalar b) { return same(ScalarOp::add, a, b); }
Scalar operator-(Scalar a, Scalar b) { return same(ScalarOp::sub, a, b); }
Scalar operator*(Scalar a, Scalar b) { return same(ScalarOp::mul, a, b); }
Scalar operator/(Scalar a, Scalar b) { return same(ScalarOp::div, a, b); }
Scalar operator%(Scalar a, Scalar b) { return same(ScalarOp::mod, a, b); }
Scalar operator-(Scalar a) { return unary(ScalarOp::neg, a); }
Scalar operator+(Scalar a, double b) { return a + like(a, b); }
Scalar operator-(Scalar a, double b) { return a - like(a, b); }
Scalar operator*(Scalar a, double b) { return a * like(a, b); }
Scalar operator/(Scalar a, double b) { return a / like(a, b); }
Scalar operator%(Scalar a, double b) { return a % like(a, b); }
Scalar operator+(double a, Scalar b) { return like(b, a) + b; }
Scalar operator-(double a, Scalar b) { return like(b, a) - b; }
Scalar operator*(double a, Scalar b) { return like(b, a) * b; }
Scalar operator/(double a, Scalar b) { return like(b, a) / b; }
Scalar operator==(Scalar a, Scalar b) { return test(ScalarOp::eq, a, b); }
Scalar operator!=(Scalar a, Scalar b) { return test(ScalarOp::ne, a, b); }
Scalar operator<(Scalar a, Scalar b) { return test(ScalarOp::lt, a, b); }
Scalar operator<=(Scalar a, Scalar b) { return test(ScalarOp::le, a, b); }
Scalar operator>(Scalar a, Scalar b) { return test(ScalarOp::lt, b, a); }
Scalar operator>=(Scalar a, Scalar b) { return test(ScalarOp::le, b, a); }
Scalar operator==(Scalar a, double b) { return a == like(a, b); }
Scalar operator!=(Scalar a, double b) { return a != like(a, b); }
Scalar operator<(Scalar a, double b) { return a < like(a, b); }
Scalar operator<=(Scalar a, double b) { return a <= like(a, b); }
Scalar operator>(Scalar a, double b) { return a > like(a, b); }
Scalar operator>=(Scalar a, double b) { return a >= like(a, b); }
Scalar operator&(Scalar a, Scalar b) { return same(ScalarOp::bit_and, a, b); }
Scalar operator|(Scalar a, Scalar b) { return same(ScalarOp::bit_or, a, b); }
Scalar operator^(Scalar a, Scalar b) { return same(ScalarOp::bit_xor, a, b); }
Scalar operator~(Scalar a) { return unary(ScalarOp::bit_not, a); }
Scalar operator<<(Scalar a, Scalar b) { return same(ScalarOp::shl, a, b); }
Scalar operator>>(Scalar a, Scalar b) { return same(ScalarOp::shr, a, b); }
Scalar logical_and(Scalar a, Scalar b) { return a & b; }
Scalar logical_or(Scalar a, Scalar b) { return a | b; }
Scalar logical_not(Scalar a) { return ~a; }

Scalar select(Scalar condition, Scalar if_true, Scalar if_false) {
  return condition.builder().apply(
      ScalarOp::select, if_true.dtype(),
      std::initializer_list<Scalar>{condition, if_true, if_false});
}

Scalar cast(Scalar x, DType type) {
  if (x.dtype() == type)
    return x;
  return x.builder().apply(ScalarOp::cast, type, std::span(&x, 1));
}
Scalar cast_saturate(Scalar x, DType type) {
  if (x.dtype() == type)
    return x;
  return x.builder().apply(ScalarOp::cast_sat, type, std::span(&x, 1));
}
Scalar bitcast(Scalar x, DType type) {
  if (x.dtype() == type)
    return x;
  return x.builder().apply(ScalarOp::bitcast, type, std::span(&x, 1));
}
Scalar minimum(Scalar a, Scalar b) { return same(ScalarOp::min, a, b); }
Scalar maximum(Scalar a, Scalar b) { return same(ScalarOp::max, a, b); }
Scalar minimum(Scalar a, double b) { return minimum(a, like(a, b)); }
Scalar maximum(Scalar a, double b) { return maximum(a, like(a, b)); }
Scalar clamp(Scalar x, Scalar low, Scalar high) {
  return minimum(maximum(x, low), high);
}
Scalar pow(Scalar a, Scalar b) { return same(ScalarOp::pow, a, b); }
Scalar fmod(Scalar a, Scalar b) { return same(ScalarOp::fmod, a, b); }
Scalar fma(Scalar a, Scalar b, Scalar c) {
  return a.builder().apply(ScalarOp::fma, a.dtype(),
                           std::initializer_list<Scalar>{a, b, c});
}
Scalar is_nan(Scalar x) { return x != x; }
Scalar unary(ScalarOp op, Scalar x) {
  return x.builder().apply(op, x.dtype(), std::span(&x, 1));
}
Scalar sigmoid(Scalar x) {
  // exp(-|x|) never overflows; the two halves mirror each other.
  Scalar e = exp(-abs(x));
  Scalar positive = 1.0 / (1.0 + e);
  return select(x < 0.0, e * positive, positive);
}

//===--- Structured bodies ------------------------------------------------===//

Scalars Builder::fold_to(
    Scalar low, Scalar high, const Scalars &init,
    const std::function<Scalars(Scalar, std::span<const Scalar>)> &body) {
  Impl &i = *impl_;
  SmallVector<Value> start = i.unwrap_all(init);
  SmallVector<Type> types(ValueRange(start).getTypes());
  auto fold = lf::ForOp::create(i.op, i.loc, types, value_of(low),
                                value_of(high), start);
  types.insert(types.begin(), i.op.getI64Type());
  i.fill(fold.getBody(), types, [&](mlir::Block::BlockArgListType arguments) {
    Scalars at = i.wrap_all(ValueRange(arguments));
    return i.unwrap_all(body(at[0], std::span<const Scalar>(at).subspan(1)));
  });
  return i.wrap_all(fold.getResults());
}

static Scalars nest(Builder &b, std::span<const Size> extents, Scalars &indices,
                    std::span<const Scalar> carried, const FoldBody &body) {
  if (extents.empty())
    return body(indices, carried);
  return b.fold_to(
      b.index(0), b.scalar(extents[0]), Scalars(carried.begin(), carried.end()),
      [&](Scalar index, std::span<const Scalar> inner) {
        indices.push_back(index);
        Scalars next = nest(b, extents.subspan(1), indices, inner, body);
        indices.pop_back();
        return next;
      });
}

Scalars Builder::fold(const Shape &extents, const Scalars &init,
                      const FoldBody &body) {
  Scalars indices;
  return nest(*this, extents, indices, init, body);
}

Scalars Builder::fold_while(
    const Scalars &init,
    const std::function<std::pair<Scalar, Scalars>(std::span<const Scalar>)>
        &body) {
  Impl &i = *impl_;
  SmallVector<Value> start = i.unwrap_all(init);
  SmallVector<Type> types(ValueRange(start).getTypes());
  auto loop = lf::WhileOp::create(i.op, i.loc, types, start);
  i.fill(loop.getBody(), types, [&](mlir::Block::BlockArgListType arguments) {
    auto [proceed, next] = body(i.wrap_all(ValueRange(arguments)));
    next.insert(next.begin(), proceed);
    return i.unwrap_all(next);
  });
  return i.wrap_all(loop.getResults());
}

Scalars Builder::branch(Scalar condition,
                        const std::function<Scalars()> &then_body,
                        const std::function<Scalars()> &else_body) {
  Impl &i = *impl_;
  // The result types are the then-body's, known once it is built.
  OperationState state(i.loc, lf::BranchOp::getOperationName());
  state.addOperands(value_of(condition));
  SmallVector<Type> types;
  auto build = [&](Region &region, const std::function<Scalars()> &body) {
    i.fill(region, {}, [&](mlir::Block::BlockArgListType) {
      SmallVector<Value> values = i.unwrap_all(body());
      types.assign(ValueRange(values).getTypes().begin(),
                   ValueRange(values).getTypes().end());
      return values;
    });
  };
  build(*state.addRegion(), then_body);
  build(*state.addRegion(), else_body);
  state.addTypes(types);
  return i.wrap_all(i.op.create(state)->getResults());
}

void Builder::check(Scalar condition, const std::string &message,
                    const std::string &value_name, Scalar value) {
  Impl &i = *impl_;
  lf::CheckOp::create(i.op, i.loc, value_of(condition),
                      value ? value_of(value) : Value(), message,
                      value ? i.op.getStringAttr(value_name) : StringAttr());
}

} // namespace landfall::ir
