//===- boxes.cpp - The facade: boxed values ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/builder_impl.h"

#include <fmt/format.h>

using namespace mlir;

namespace landfall::ir {

std::vector<Any> Builder::box(BoxFunction function,
                              std::span<const Any> arguments,
                              std::span<const SignatureValue> results,
                              std::span<const int64_t> extra) {
  Impl &i = *impl_;
  SmallVector<Value> operands;
  for (const Any &argument : arguments)
    operands.push_back(value_of(argument));
  SmallVector<Type> types;
  for (const SignatureValue &result : results) {
    if (result.kind != ValueKind::tensor) {
      types.push_back(lf::BoxType::get(&i.m.context));
      continue;
    }
    SmallVector<int64_t> extents;
    for (const SignatureDim &dim : result.dims)
      extents.push_back(dim.fixed >= 0 ? dim.fixed : ShapedType::kDynamic);
    types.push_back(RankedTensorType::get(
        extents, lf::to_mlir(result.dtype, &i.m.context)));
  }
  auto op =
      lf::BoxOp::create(i.op, i.loc, types, operands, int64_t(function),
                        llvm::ArrayRef<int64_t>(extra.data(), extra.size()));
  std::vector<Any> values;
  for (Value result : op.getResults()) {
    i.define_dims(result, "boxed");
    values.push_back(i.any(result));
  }
  return values;
}

Size Builder::rank(Box box) {
  Impl &i = *impl_;
  Value value = value_of(Any(std::move(box)));
  auto known = i.known_ranks.find(value);
  if (known != i.known_ranks.end())
    return known->second;
  // Beside the box, so that it is known wherever the box is.
  OpBuilder::InsertionGuard guard(i.op);
  i.op.setInsertionPointAfterValue(value);
  Size rank =
      i.m.define_symbol("rank", {0, 64}, [&](llvm::StringRef symbol) -> Value {
        return lf::RankOp::create(i.op, i.loc, i.op.getI64Type(), value,
                                  i.op.getStringAttr(symbol));
      });
  i.known_ranks.try_emplace(value, rank);
  return rank;
}

Tensor Builder::unboxed(Box box, DType dtype, int rank) {
  Impl &i = *impl_;
  check_rank(size_t(rank));
  SmallVector<int64_t> extents(size_t(rank), ShapedType::kDynamic);
  auto type = RankedTensorType::get(extents, lf::to_mlir(dtype, &i.m.context));
  Value value =
      lf::RetypeOp::create(i.op, i.loc, type, value_of(Any(std::move(box))))
          .getValue();
  i.define_dims(value, "unboxed");
  return i.tensor(value);
}

} // namespace landfall::ir
