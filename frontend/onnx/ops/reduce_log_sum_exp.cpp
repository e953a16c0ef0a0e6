//===- reduce_log_sum_exp.cpp - Log of summed exponentials ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/reduce.h"

#include <limits>

namespace landfall::frontend {

// reduced = log(sum(exp(data - m))) + m along axes, with m = max(data) where
// that is finite and 0 elsewhere
static void reduce_log_sum_exp(Node &node) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  reduce_operator(node, 18, true, [&](const Row &x) {
    Scalar top = x.max();
    Scalar shift =
        select(abs(top) < infinity, top, node.b().literal(x.type(), 0));
    return log(x.sum([&](Scalar v) { return exp(v - shift); })) + shift;
  });
}

LANDFALL_ONNX(reduce_log_sum_exp, {"ReduceLogSumExp", 1, reduce_log_sum_exp})

} // namespace landfall::frontend
