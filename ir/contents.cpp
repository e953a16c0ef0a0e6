//===- contents.cpp - Shape arithmetic on symbolic sizes -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Small integer tensors carry shapes: Shape, Gather, Concat, Mul chains. As
// every operator is a `map` with a scalar body, one evaluator that runs such a
// body over `Size`s covers them all; no operator has a rule of its own.
//
//===----------------------------------------------------------------------===//

#include "ir/builder_impl.h"

using namespace mlir;

namespace landfall::ir {

namespace {

/// Larger tensors are data, not shapes.
constexpr int64_t most_elements = 64;
/// Steps (scalar operations) that one evaluation may take.
constexpr int max_steps = 20000;

using Known = std::optional<Size>;

class Evaluator {
public:
  explicit Evaluator(Builder::Impl &impl) : impl_(impl) {}

  /// The values that a block yields, given its arguments; empty if unknown.
  std::optional<std::vector<Size>> run(mlir::Block &block,
                                       ArrayRef<Size> arguments) {
    for (auto [argument, value] : llvm::zip(block.getArguments(), arguments))
      values_.insert_or_assign(argument, value);
    for (Operation &op : block.without_terminator())
      if (--steps_ < 0 || !evaluate(op))
        return std::nullopt;
    std::vector<Size> yields;
    for (Value value : block.getTerminator()->getOperands()) {
      Known known = get(value);
      if (!known)
        return std::nullopt;
      yields.push_back(*known);
    }
    return yields;
  }

private:
  Known get(Value value) {
    auto found = values_.find(value);
    if (found != values_.end())
      return found->second;
    if (isa_and_nonnull<lf::SizeOp, lf::DimOp, lf::ReadOp, lf::RankOp>(
            value.getDefiningOp()))
      return impl_.m.size_of(value);
    return std::nullopt;
  }

  /// False if a value is unknown. Unknown results of pure scalar operations
  /// stop the evaluation only when they are used.
  bool evaluate(Operation &op) {
    if (auto literal = dyn_cast<lf::LiteralOp>(op)) {
      if (auto integer = dyn_cast<IntegerAttr>(literal.getValue()))
        values_.insert_or_assign(literal.getResult(), value_of(integer));
      return true;
    }
    if (auto load = dyn_cast<lf::LoadOp>(op))
      return set(load.getValue(), load_element(load));
    if (auto scalar = dyn_cast<lf::ScalarOp>(op))
      return set(scalar.getResult(), apply(scalar));
    if (auto fold = dyn_cast<lf::ForOp>(op))
      return evaluate_fold(fold);
    return false;
  }

  static Size value_of(IntegerAttr attribute) {
    auto type = cast<IntegerType>(attribute.getType());
    bool zero_extend = type.isUnsigned() || type.getWidth() == 1;
    const llvm::APInt &bits = attribute.getValue();
    return zero_extend ? int64_t(bits.getZExtValue()) : bits.getSExtValue();
  }

  bool set(Value result, Known known) {
    if (known)
      values_.insert_or_assign(result, *known);
    else
      values_.erase(result);
    return true;
  }

  Known load_element(lf::LoadOp load) {
    if (load.getGuard()) {
      Known guard = get(load.getGuard());
      if (!guard || !guard->is_constant())
        return std::nullopt;
      if (*guard == Size(0))
        return get(load.getOther());
    }
    auto contents = impl_.known_contents.find(load.getTensor());
    if (contents == impl_.known_contents.end())
      return std::nullopt;
    int64_t flat = 0;
    const Shape &shape = impl_.m.shape_of(load.getTensor());
    for (auto [index, extent] : llvm::zip(load.getIndices(), shape)) {
      Known known = get(index);
      if (!known || !known->is_constant() || !extent.is_constant())
        return std::nullopt;
      if (*known->constant() < 0 || *known->constant() >= *extent.constant())
        return std::nullopt;
      flat = flat * *extent.constant() + *known->constant();
    }
    if (flat >= (int64_t)contents->second.size())
      return std::nullopt;
    return contents->second[flat];
  }

  bool evaluate_fold(lf::ForOp fold) {
    Known low = get(fold.getLow()), high = get(fold.getHigh());
    if (!low || !high || !low->is_constant() || !high->is_constant())
      return false;
    std::vector<Size> carried;
    for (Value value : fold.getInit()) {
      Known known = get(value);
      if (!known)
        return false;
      carried.push_back(*known);
    }
    for (int64_t k = *low->constant(); k < *high->constant(); ++k) {
      std::vector<Size> arguments(carried);
      arguments.insert(arguments.begin(), Size(k));
      auto next = run(fold.getBody().front(), arguments);
      if (!next)
        return false;
      carried = *next;
    }
    for (auto [result, value] : llvm::zip(fold.getResults(), carried))
      set(result, value);
    return true;
  }

  Known apply(lf::ScalarOp scalar) {
    SmallVector<Known> args;
    for (Value argument : scalar.getArgs())
      args.push_back(get(argument));
    ScalarOp op = scalar.getOp();
    if (op == ScalarOp::select) {
      if (args[0] && args[0]->is_constant())
        return *args[0] == Size(0) ? args[2] : args[1];
      if (!args[0] || !args[1] || !args[2])
        return std::nullopt;
      return select(*args[0], *args[1], *args[2]);
    }
    if (llvm::any_of(args, [](const Known &known) { return !known; }))
      return std::nullopt;
    DType type = lf::from_mlir(scalar.getResult().getType());
    DType operand = lf::from_mlir(scalar.getArgs()[0].getType());
    if (is_real(type) || is_real(operand))
      return std::nullopt;
    return integer(op, args, type, operand);
  }

  /// Of numbers: as in a kernel, a result wraps to its type. Unknown for other
  /// operations.
  static Known wrapped(ScalarOp op, int64_t a, int64_t b, DType type) {
    uint64_t x = uint64_t(a), y = uint64_t(b);
    auto as_type = [&](uint64_t value) -> Known {
      return Size(wrap_integer(type, int64_t(value)));
    };
    if (op == ScalarOp::add)
      return as_type(x + y);
    if (op == ScalarOp::sub)
      return as_type(x - y);
    if (op == ScalarOp::mul)
      return as_type(x * y);
    if (op == ScalarOp::neg)
      return as_type(0 - x);
    if (op == ScalarOp::abs && type != DType::u64)
      return as_type(a < 0 ? 0 - x : x);
    return std::nullopt;
  }

  static Known integer(ScalarOp op, ArrayRef<Known> args, DType type,
                       DType operand) {
    Size a = *args[0];
    Size b = args.size() > 1 ? *args[1] : Size(0);
    bool is_bool = type == DType::boolean;
    if (a.is_constant() && b.is_constant() && !is_bool)
      if (Known value = wrapped(op, *a.constant(), *b.constant(), type))
        return value;
    // Numbers of u64 that are not those of an i64 have no order as sizes.
    auto is_large = [](Size x) { return x.is_constant() && *x.constant() < 0; };
    if (operand == DType::u64 && (is_large(a) || is_large(b)) &&
        op != ScalarOp::eq && op != ScalarOp::ne && op != ScalarOp::cast)
      return std::nullopt;
    if (op == ScalarOp::add)
      return a + b;
    if (op == ScalarOp::sub)
      return a - b;
    if (op == ScalarOp::mul)
      return a * b;
    if (op == ScalarOp::min)
      return min(a, b);
    if (op == ScalarOp::max)
      return max(a, b);
    if (op == ScalarOp::neg)
      return Size(0) - a;
    if (op == ScalarOp::abs)
      return max(a, Size(0) - a);
    if (op == ScalarOp::eq)
      return equal(a, b);
    if (op == ScalarOp::ne)
      return Size(1) - equal(a, b);
    if (op == ScalarOp::lt)
      return less(a, b);
    if (op == ScalarOp::le)
      return Size(1) - less(b, a);
    if (op == ScalarOp::bit_and && is_bool)
      return a * b;
    if (op == ScalarOp::bit_or && is_bool)
      return max(a, b);
    if (op == ScalarOp::bit_xor && is_bool)
      return Size(1) - equal(a, b);
    if (op == ScalarOp::bit_not && is_bool)
      return Size(1) - a;
    bool divides = b.is_constant() ? b != Size(0) : known_ge(b, 1);
    if (op == ScalarOp::div && divides)
      return truncdiv(a, b);
    if (op == ScalarOp::mod && divides)
      return mod(a, b);
    if (op == ScalarOp::cast) {
      // Sizes fit every integer type in practice; wrap what is known.
      if (is_bool)
        return Size(1) - equal(a, 0);
      return a.is_constant() ? Size(wrap_integer(type, *a.constant())) : a;
    }
    return std::nullopt;
  }

  Builder::Impl &impl_;
  llvm::DenseMap<Value, Size> values_;
  int steps_ = max_steps;
};

/// Whether the map could be shape arithmetic: small, static, integer.
bool is_small(Module::Impl &module, lf::MapOp map) {
  for (Value result : map.getResults()) {
    DType type = lf::dtype_of(result);
    if (type != DType::boolean && !is_integer(type))
      return false;
  }
  Size count = product(module.shape_of(map.getResult(0)));
  return count.is_constant() && *count.constant() <= most_elements;
}

} // namespace

std::optional<std::vector<std::vector<Size>>>
evaluate_contents(Builder::Impl &impl, lf::MapOp map) {
  if (!is_small(impl.m, map))
    return std::nullopt;
  const Shape shape = impl.m.shape_of(map.getResult(0));
  std::vector<std::vector<Size>> results(map.getNumResults());
  int64_t count = *product(shape).constant();
  for (int64_t flat = 0; flat < count; ++flat) {
    SmallVector<Size> point(shape.size());
    int64_t rest = flat;
    for (size_t d = shape.size(); d-- > 0;) {
      point[d] = rest % *shape[d].constant();
      rest /= *shape[d].constant();
    }
    auto yields = Evaluator(impl).run(map.getBody().front(), point);
    if (!yields)
      return std::nullopt;
    for (auto [k, value] : llvm::enumerate(*yields))
      results[k].push_back(value);
  }
  return results;
}

} // namespace landfall::ir
