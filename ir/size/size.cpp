//===- size.cpp - Symbolic integers: handles and sums ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "ir/size/size.h"
#include "base/build_error.h"
#include "ir/size/size_node.h"

namespace landfall::ir {

void throw_size_overflow() {
  throw BuildError(ErrorCode::invalid_model,
                   "a constant tensor extent or element count does not fit in "
                   "64 bits");
}

SizeKind Size::kind() const { return node_ ? node_->kind : SizeKind::constant; }

SizeRange Size::range() const {
  return node_ ? node_->range : SizeRange{value_, value_};
}

Size operator+(Size a, Size b) {
  if (a.is_constant() && b.is_constant()) {
    int64_t sum;
    if (__builtin_add_overflow(*a.constant(), *b.constant(), &sum))
      throw_size_overflow();
    return sum;
  }
  if (a == Size(0) || b == Size(0))
    return a == Size(0) ? b : a;
  SizeArena &arena = *arena_of(a, b);
  if (auto sum = add(polynomial_of(a), polynomial_of(b)))
    return arena.from(std::move(*sum));
  return arena.opaque(SizeNode::Opaque::sum, a, b);
}

Size operator-(Size a, Size b) {
  if (a == b)
    return 0;
  if (a.is_constant() && b.is_constant()) {
    int64_t difference;
    if (__builtin_sub_overflow(*a.constant(), *b.constant(), &difference))
      throw_size_overflow();
    return difference;
  }
  if (auto difference = subtract(polynomial_of(a), polynomial_of(b)))
    return arena_of(a, b)->from(std::move(*difference));
  if (b == Size(INT64_MIN)) // Has no negation.
    return a + INT64_MAX + 1;
  return a + b * -1;
}

Size operator*(Size a, Size b) {
  if (a == Size(0) || b == Size(0))
    return 0;
  if (a == Size(1) || b == Size(1))
    return a == Size(1) ? b : a;
  if (a.is_constant() && b.is_constant()) {
    int64_t product;
    if (__builtin_mul_overflow(*a.constant(), *b.constant(), &product))
      throw_size_overflow();
    return product;
  }
  SizeArena &arena = *arena_of(a, b);
  if (auto product = multiply(polynomial_of(a), polynomial_of(b)))
    return arena.from(std::move(*product));
  return arena.opaque(SizeNode::Opaque::product, a, b);
}

Size product(std::span<const Size> sizes) {
  // A zero extent makes the product 0, whatever the others would overflow to.
  for (Size size : sizes)
    if (size == Size(0))
      return 0;
  Size result = 1;
  for (Size size : sizes)
    result = result * size;
  return result;
}

SizeContext::SizeContext() : arena_(std::make_unique<SizeArena>()) {}
SizeContext::~SizeContext() = default;

Size SizeContext::symbol(std::string_view name, SizeRange range) {
  return arena_->symbol(name, range);
}

std::optional<Size> SizeContext::find_symbol(std::string_view name) const {
  return arena_->find_symbol(name);
}

} // namespace landfall::ir
