//===- scalar_op.cpp - The table of scalar operations ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/kernel.h"

namespace landfall {
namespace {

constexpr ScalarOpInfo scalar_op_table[] = {
#define SCALAR_OP(id, text, arity, signature)                                  \
  {text, arity, ScalarSignature::signature},
#include "package/scalar_op.def"
};

} // namespace

int scalar_op_count() { return int(std::size(scalar_op_table)); }

const ScalarOpInfo &info(ScalarOp op) { return scalar_op_table[size_t(op)]; }

} // namespace landfall
