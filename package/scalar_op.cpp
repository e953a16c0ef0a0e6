//===- scalar_op.cpp - The table of scalar operations ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/scalar_op.h"

#include <iterator>

namespace landfall {
namespace {

constexpr ScalarOpInfo scalar_op_table[] = {
#define SCALAR_OP(id, text, arity, signature, cost)                            \
  {text, arity, ScalarSignature::signature},
#include "package/scalar_op.def"
};

constexpr ScalarCost scalar_cost_table[] = {
#define SCALAR_OP(id, text, arity, signature, cost) ScalarCost::cost,
#include "package/scalar_op.def"
};

} // namespace

int scalar_op_count() { return int(std::size(scalar_op_table)); }

const ScalarOpInfo &info(ScalarOp op) { return scalar_op_table[size_t(op)]; }

ScalarCost cost_of(ScalarOp op) { return scalar_cost_table[size_t(op)]; }

std::optional<ScalarOp> find_scalar_op(std::string_view text) {
  for (int k = 0; k < scalar_op_count(); ++k)
    if (scalar_op_table[k].text == text)
      return ScalarOp(k);
  return std::nullopt;
}

double instructions_of(ScalarOp op, DType type) {
  constexpr double library_call = 200;
  bool wide = type == DType::f64;
  // Narrow reals widen their operands and round the result.
  double rounding = is_narrow_real(type) ? 4 : 0;
  switch (cost_of(op)) {
  case ScalarCost::simple:
    return 1 + rounding;
  case ScalarCost::division:
    return 8 + rounding;
  case ScalarCost::remainder:
    return is_real(type) ? library_call : 20;
  case ScalarCost::series:
    return wide ? library_call : 25 + rounding;
  case ScalarCost::power:
    return wide ? 2 * library_call : 80 + rounding;
  case ScalarCost::library:
    return library_call;
  }
  return 1;
}

bool is_costly(ScalarOp op, DType type) {
  constexpr double store_and_load = 20;
  return instructions_of(op, type) > store_and_load;
}

} // namespace landfall
