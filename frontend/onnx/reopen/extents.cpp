//===- extents.cpp - Sizes at the exported and other sizes ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/extents.h"

#include <algorithm>

namespace landfall::frontend {

namespace {

using Value = std::optional<int64_t>;
using Op = ir::SizeStep::Op;

/// Rounds towards minus infinity.
Value divide(int64_t a, int64_t b) {
  if (b == 0)
    return std::nullopt;
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

Value apply(Op op, int64_t a, int64_t b) {
  int64_t result = 0;
  switch (op) {
  case Op::add:
    return __builtin_add_overflow(a, b, &result) ? Value() : result;
  case Op::mul:
    return __builtin_mul_overflow(a, b, &result) ? Value() : result;
  case Op::floordiv:
    return divide(a, b);
  case Op::mod:
    return b == 0 ? Value() : a - *divide(a, b) * b;
  case Op::min:
    return std::min(a, b);
  case Op::max:
    return std::max(a, b);
  case Op::broadcast:
    return a == 1 ? b : a;
  case Op::equal:
    return a == b;
  case Op::less:
    return a < b;
  default:
    return std::nullopt;
  }
}

/// The value of symbol number `i` at a probe. Different symbols are multiplied
/// by different numbers, so that what is equal by chance at the exported size
/// (the height and width of a square) differs at every probe.
int64_t probe_value(int probe, int i, int64_t exported) {
  static constexpr int64_t primes[] = {2, 3, 5, 7, 11, 13, 17, 19};
  if (probe < Extents::multiples)
    return exported * primes[(i + probe * 3) % 8];
  switch (probe - Extents::multiples) {
  case 0:
    return exported + 1 + 2 * i;
  case 1:
    return 2 * exported + 3 + i;
  case 2:
    return 3 * exported + 2 + 3 * i;
  default:
    return 2 * exported + 1 + 5 * i;
  }
}

} // namespace

void Extents::open(Size symbol, int64_t exported) {
  for (const Symbol &known : symbols_)
    if (known.symbol == symbol)
      return;
  symbols_.push_back({symbol, exported});
  see({symbol});
}

Value Extents::evaluate(Size size, int probe) const {
  if (auto value = size.constant())
    return value;
  std::vector<int64_t> values;
  for (const ir::SizeStep &step : ir::steps(size)) {
    Value value;
    if (step.op == Op::constant) {
      value = step.constant;
    } else if (step.op == Op::symbol) {
      for (size_t i = 0; i < symbols_.size(); ++i)
        if (symbols_[i].symbol == step.symbol)
          value = probe < 0 ? symbols_[i].exported
                            : probe_value(probe, static_cast<int>(i),
                                          symbols_[i].exported);
    } else {
      value = apply(step.op, values[static_cast<size_t>(step.a)],
                    values[static_cast<size_t>(step.b)]);
    }
    if (!value)
      return std::nullopt;
    values.push_back(*value);
  }
  return values.back();
}

Value Extents::exported(Size size) const { return evaluate(size, -1); }
Value Extents::at(int probe, Size size) const { return evaluate(size, probe); }

bool Extents::is_open(Size size) const {
  return !size.is_constant() && exported(size).has_value();
}

void Extents::see(const Shape &shape) {
  for (Size size : shape)
    if (auto constant = size.constant()) {
      if (*constant > 1)
        met_constants_.insert(*constant);
    } else if (is_open(size) && std::ranges::find(met_, size) == met_.end()) {
      met_.push_back(size);
      met_values_.insert(*exported(size));
    }
}

std::vector<int64_t> Extents::strides() const {
  std::set<int64_t> result;
  for (Size size : met_) {
    std::vector<Size> symbols = ir::symbols(size);
    int64_t value = *exported(size), whole = *exported(symbols[0]);
    if (symbols.size() != 1 || value < 1 || whole % value != 0)
      continue;
    int64_t stride = whole / value;
    bool is_one = stride > 1;
    for (int probe = 0; probe < multiples; ++probe)
      is_one &= at(probe, size).value_or(0) * stride == at(probe, symbols[0]);
    if (is_one)
      result.insert(stride);
  }
  return {result.begin(), result.end()};
}

std::vector<Size> Extents::with_value(int64_t value) const {
  std::vector<Size> result;
  for (Size size : met_)
    if (exported(size) == value)
      result.push_back(size);
  return result;
}

std::vector<Size> Extents::with_value(int64_t value, Size like) const {
  auto names = [](Size size) {
    std::vector<std::string> list;
    for (Size symbol : ir::symbols(size))
      list.push_back(symbol.str());
    std::ranges::sort(list);
    return list;
  };
  std::vector<Size> result;
  for (Size size : with_value(value))
    if (names(size) == names(like))
      result.push_back(size);
  return result;
}

std::vector<Size> Extents::free_symbols() const {
  std::vector<Size> result;
  for (const Symbol &symbol : symbols_)
    result.push_back(symbol.symbol);
  return result;
}

std::vector<int64_t> Extents::opened() const {
  std::vector<int64_t> result;
  for (const Symbol &symbol : symbols_)
    result.push_back(symbol.exported);
  return result;
}

std::vector<int64_t> Extents::products() const {
  std::set<int64_t> result;
  for (const auto &[whole, factors] : products_) {
    int64_t value = 1, free = 0;
    for (Size factor : factors.value_or(Shape())) {
      value *= exported(factor).value_or(0);
      free += exported(factor).value_or(0) > 1 && !factor.is_constant();
    }
    if (free > 1)
      result.insert(value);
  }
  auto depends_on = [](Size size) { return ir::symbols(size)[0]; };
  for (size_t a = 0; a < met_.size(); ++a)
    for (size_t b = 0; b < a; ++b) {
      int64_t first = *exported(met_[a]), second = *exported(met_[b]);
      int64_t value = 0;
      if (first > 1 && second > 1 &&
          depends_on(met_[a]) != depends_on(met_[b]) &&
          !__builtin_mul_overflow(first, second, &value))
        result.insert(value);
    }
  return {result.begin(), result.end()};
}

void Extents::note(Makings &makings, Size whole, const Shape &parts) {
  if (whole.is_constant() || parts.size() < 2)
    return;
  auto [found, is_new] = makings.emplace(whole.node(), parts);
  if (!is_new && found->second != parts)
    found->second = std::nullopt;
}

std::optional<Shape> Extents::parts(const Makings &makings, Size whole) {
  auto found = makings.find(whole.node());
  if (whole.is_constant() || found == makings.end())
    return Shape{whole};
  return found->second;
}

void Extents::note_product(Size whole, const Shape &factors) {
  note(products_, whole, factors);
}
std::optional<Shape> Extents::factors(Size whole) const {
  return parts(products_, whole);
}
void Extents::note_sum(Size whole, const Shape &pieces) {
  note(sums_, whole, pieces);
}
std::optional<Shape> Extents::pieces(Size whole) const {
  return parts(sums_, whole);
}

} // namespace landfall::frontend
