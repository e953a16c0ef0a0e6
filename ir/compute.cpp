//===- compute.cpp - The facade: map, contract, loops, reshape -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/bounds.h"
#include "ir/table.h"

#include <fmt/format.h>

using namespace mlir;

namespace landfall::ir {

/// Marks `op` as the graph operation whose body is being built.
namespace {
class Enclosing {
public:
  Enclosing(Builder::Impl &impl, Operation *op)
      : impl_(impl), previous_(impl.enclosing) {
    if (previous_)
      throw BuildError(ErrorCode::internal,
                       "a graph operation was built inside a kernel body");
    impl.enclosing = op;
  }
  ~Enclosing() { impl_.enclosing = previous_; }

private:
  Builder::Impl &impl_;
  Operation *previous_;
};
} // namespace

void Builder::Impl::forget(Operation *op) {
  m.forget(op);
  for (Value result : op->getResults()) {
    known_contents.erase(result);
    known_ranks.erase(result);
  }
  for (Region &region : op->getRegions())
    forget(region);
}

void Builder::Impl::forget(Region &region) {
  // What is around it may know symbols that are defined in it.
  llvm::DenseSet<Value> symbols;
  region.walk([&](Operation *inner) {
    if (isa<lf::DimOp, lf::ReadOp, lf::RankOp>(inner))
      symbols.insert(inner->getResult(0));
    if (auto rank = dyn_cast<lf::RankOp>(inner))
      known_ranks.erase(rank.getBox());
  });
  forget_contents_of(symbols);
  for (mlir::Block &block : region) {
    for (Value argument : block.getArguments()) {
      known_contents.erase(argument);
      known_ranks.erase(argument);
      m.shapes.erase(argument);
    }
    for (Operation &op : block)
      forget(&op);
  }
}

Tensors Builder::Impl::finish(Operation *compute) {
  Tensors results;
  auto folded = dequantises_weights(m, compute) ? std::nullopt
                                                : fold_constants(m, compute);
  if (folded) {
    forget(compute);
    compute->erase();
    for (ConstantData &data : *folded)
      results.push_back(constant_tensor(std::move(data)));
    return results;
  }
  if (auto map = dyn_cast<lf::MapOp>(compute))
    if (auto contents = evaluate_contents(*this, map))
      for (auto [result, elements] : llvm::zip(map.getResults(), *contents))
        known_contents[result] = std::move(elements);
  for (Value result : compute->getResults())
    results.push_back(tensor(result));
  return results;
}

Tensor Builder::map(const Shape &shape, DType dtype, const PointBody &body) {
  return map(shape, std::span(&dtype, 1),
             [&](std::span<const Scalar> at) { return Scalars{body(at)}; })[0];
}

static Tensors build_map(Builder::Impl &i, const Shape &shape,
                         std::span<const DType> dtypes, const PointsBody &body,
                         bool materialize) {
  SmallVector<Type> types;
  for (DType dtype : dtypes)
    types.push_back(i.m.tensor_type(dtype, shape));
  auto map =
      lf::MapOp::create(i.op, i.loc, types, i.size_values(shape), materialize);
  {
    Enclosing enclosing(i, map);
    SmallVector<Type> indices(shape.size(), i.op.getI64Type());
    i.fill(map.getBody(), indices,
           [&](mlir::Block::BlockArgListType arguments) {
             Scalars values = body(i.wrap_all(ValueRange(arguments)));
             for (auto [k, value] : llvm::enumerate(values))
               if (value.dtype() != dtypes[k])
                 throw BuildError(
                     ErrorCode::internal,
                     fmt::format("a map body gives {}, declared {}",
                                 name(value.dtype()), name(dtypes[k])));
             return i.unwrap_all(values);
           });
  }
  return i.finish(map);
}

Tensors Builder::map(const Shape &shape, std::span<const DType> dtypes,
                     const PointsBody &body) {
  return build_map(*impl_, shape, dtypes, body, false);
}

Tensor table(Builder &b, const Shape &shape, DType dtype,
             const PointBody &body) {
  return build_map(
      b.impl(), shape, std::span(&dtype, 1),
      [&](std::span<const Scalar> at) { return Scalars{body(at)}; }, true)[0];
}

Tensor Builder::elementwise(std::initializer_list<Tensor> inputs,
                            const ElementBody &body) {
  return elementwise(std::span(inputs.begin(), inputs.size()), body);
}

Tensor Builder::elementwise(std::span<const Tensor> inputs,
                            const ElementBody &body) {
  Impl &i = *impl_;
  std::vector<Shape> shapes;
  for (Tensor input : inputs)
    shapes.push_back(input.shape());
  Shape shape = broadcast_shapes(shapes);
  // The body decides the result's type, so it is built under a placeholder.
  auto placeholder = i.m.tensor_type(DType::f32, shape);
  auto map = lf::MapOp::create(i.op, i.loc, TypeRange{placeholder},
                               i.size_values(shape), false);
  DType dtype = DType::f32;
  {
    Enclosing enclosing(i, map);
    SmallVector<Type> indices(shape.size(), i.op.getI64Type());
    i.fill(map.getBody(), indices,
           [&](mlir::Block::BlockArgListType arguments) {
             Scalars at = i.wrap_all(ValueRange(arguments));
             Scalars elements;
             for (Tensor input : inputs)
               elements.push_back(broadcast_at(input, at));
             Scalar value = body(elements);
             dtype = value.dtype();
             return SmallVector<Value>{value_of(value)};
           });
  }
  map.getResult(0).setType(i.m.tensor_type(dtype, shape));
  return i.finish(map)[0];
}

Tensor Builder::contract(const Contraction &c) {
  Impl &i = *impl_;
  Type i64 = i.op.getI64Type();
  Type accumulator = lf::to_mlir(c.accumulator, &i.m.context);
  size_t rank = c.shape.size();
  auto contract = lf::ContractOp::create(
      i.op, i.loc, TypeRange{i.m.tensor_type(c.accumulator, c.shape)},
      i.size_values(c.shape), i.size_values(c.reduce));
  Enclosing enclosing(i, contract);
  SmallVector<Type> types(rank + c.reduce.size(), i64);
  i.fill(contract.getFactors(), types,
         [&](mlir::Block::BlockArgListType arguments) {
           Scalars at = i.wrap_all(ValueRange(arguments));
           std::span<const Scalar> all(at);
           auto [a, b] = c.factors(all.first(rank), all.subspan(rank));
           return i.unwrap_all({a, b});
         });
  types.assign(rank, i64);
  types.push_back(accumulator);
  DType dtype = c.accumulator;
  i.fill(contract.getEpilogue(), types,
         [&](mlir::Block::BlockArgListType arguments) {
           Scalars at = i.wrap_all(ValueRange(arguments));
           Scalar sum = at.back();
           at.pop_back();
           Scalar value = c.epilogue ? c.epilogue(at, sum) : sum;
           dtype = value.dtype();
           return SmallVector<Value>{value_of(value)};
         });
  contract.getResult(0).setType(i.m.tensor_type(dtype, c.shape));
  return i.finish(contract)[0];
}

Tensors Builder::loops(
    const Shape &parallel, std::span<const LoopsResult> results,
    const std::function<void(std::span<const Scalar>, std::span<const Buffer>)>
        &body) {
  Impl &i = *impl_;
  SmallVector<Type> types(parallel.size(), i.op.getI64Type());
  SmallVector<Type> result_types;
  SmallVector<Value> dims, initial;
  SmallVector<int64_t> initial_of;
  for (const LoopsResult &result : results) {
    result_types.push_back(i.m.tensor_type(result.dtype, result.shape));
    dims.append(i.size_values(result.shape));
    initial_of.push_back(result.initial ? (int64_t)initial.size() : -1);
    if (result.initial)
      initial.push_back(value_of(result.initial));
  }
  auto loops =
      lf::ParallelOp::create(i.op, i.loc, result_types, i.size_values(parallel),
                             dims, initial, initial_of);
  {
    Enclosing enclosing(i, loops);
    types.append(result_types);
    i.fill(loops.getBody(), types,
           [&](mlir::Block::BlockArgListType arguments) {
             Scalars at =
                 i.wrap_all(ValueRange(arguments.take_front(parallel.size())));
             std::vector<Buffer> buffers;
             size_t first = parallel.size();
             for (auto [k, result] : llvm::enumerate(results)) {
               Value argument = arguments[first + k];
               i.m.set_shape(argument, result.shape);
               buffers.emplace_back(this, argument.getAsOpaquePointer());
             }
             body(at, buffers);
             return SmallVector<Value>{};
           });
  }
  return i.finish(loops);
}

Tensor Builder::reshape(Tensor x, const Shape &shape) {
  Impl &i = *impl_;
  if (x.shape() == shape)
    return x;
  Size from = x.element_count(), to = product(shape);
  if (known_different(from, to))
    throw BuildError(
        ErrorCode::invalid_model,
        fmt::format("cannot reshape {} to {}: the element counts differ",
                    to_string(x.shape()), to_string(shape)));
  if (!known_equal(from, to))
    require(equal(from, to),
            fmt::format("cannot reshape {} to {}: the element counts differ",
                        to_string(x.shape()), to_string(shape)));
  if (const ConstantData *data = i.m.constant_of(value_of(x))) {
    ConstantData copy = *data;
    copy.dims.clear();
    for (const Size &size : shape)
      copy.dims.push_back(size.constant().value_or(-1));
    if (!llvm::is_contained(copy.dims, -1))
      return i.constant_tensor(std::move(copy));
  }
  Value value =
      lf::ReshapeOp::create(i.op, i.loc, i.m.tensor_type(x.dtype(), shape),
                            value_of(x), i.size_values(shape));
  if (auto known = contents(x))
    i.known_contents[value] = *known;
  return i.tensor(value);
}

Shape Builder::broadcast_shapes(std::span<const Shape> shapes) {
  size_t rank = 0;
  for (const Shape &shape : shapes)
    rank = std::max(rank, shape.size());
  Shape result(rank, Size(1));
  for (const Shape &shape : shapes)
    for (size_t d = 0; d < shape.size(); ++d) {
      Size &wide = result[rank - shape.size() + d];
      Size a = wide, b = shape[d];
      wide = broadcast(a, b);
      if (a == b || a == Size(1) || b == Size(1))
        continue;
      std::string message =
          fmt::format("shapes do not broadcast: extents {} and {} must be "
                      "equal, or one of them 1",
                      a.str(), b.str());
      Size legal = max(equal(a, b), max(equal(a, 1), equal(b, 1)));
      if (legal == Size(0))
        throw BuildError(ErrorCode::invalid_model, message);
      require(legal, message);
    }
  return result;
}

Scalar Builder::broadcast_at(Tensor x, std::span<const Scalar> indices) {
  const Shape &shape = x.shape();
  if (shape.size() > indices.size())
    throw BuildError(ErrorCode::invalid_model,
                     fmt::format("an operand of shape {} has more dimensions "
                                 "than the {} that it must broadcast to",
                                 to_string(shape), indices.size()));
  Scalars at;
  for (size_t d = 0; d < shape.size(); ++d) {
    Scalar index = indices[indices.size() - shape.size() + d];
    if (shape[d] == Size(1)) {
      at.push_back(this->index(0));
      continue;
    }
    require_broadcast(shape[d], index);
    if (auto broadcasts = may_broadcast(shape[d], indices, shape.size(), d))
      index = index * scalar(*broadcasts);
    at.push_back(index);
  }
  return impl_->load(value_of(x), at);
}

std::optional<Size> Builder::may_broadcast(Size extent,
                                           std::span<const Scalar> indices,
                                           size_t rank, size_t axis) {
  // The index runs over the enclosing map's extent where it is one of its
  // arguments; if that is the same extent, nothing is broadcast.
  size_t position = indices.size() - rank + axis;
  auto argument = dyn_cast<BlockArgument>(value_of(indices[position]));
  auto map = dyn_cast_or_null<lf::MapOp>(impl_->enclosing);
  if (argument && map && argument.getOwner()->getParentOp() == map) {
    Size space = impl_->m.size_of(map.getDims()[argument.getArgNumber()]);
    if (known_equal(space, extent))
      return std::nullopt;
  }
  if (extent.constant() && *extent.constant() != 1)
    return std::nullopt;
  return Size(1) - equal(extent, 1);
}

void Builder::require(Size condition, const std::string &message) {
  Impl &i = *impl_;
  if (auto known = condition.constant()) {
    if (*known == 0)
      throw BuildError(ErrorCode::invalid_model, message);
    return;
  }
  if (i.observer)
    i.observer(condition, message);
  if (i.enclosing) {
    OpBuilder before(i.enclosing);
    lf::RequireOp::create(before, i.loc, i.size_value(condition), message);
    return;
  }
  lf::RequireOp::create(i.op, i.loc, i.size_value(condition), message);
}

void Builder::observe_requirements(
    std::function<void(Size condition, const std::string &message)> observer) {
  impl_->observer = std::move(observer);
}

} // namespace landfall::ir
