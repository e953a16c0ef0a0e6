//===- builder.cpp - The facade: graph level -----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/bounds.h"

#include <fmt/format.h>

using namespace mlir;

namespace landfall::ir {

//===--- Handles ----------------------------------------------------------===//

DType Tensor::dtype() const { return lf::dtype_of(value_of(*this)); }

int Tensor::rank() const {
  return cast<RankedTensorType>(value_of(*this).getType()).getRank();
}

const Shape &Tensor::shape() const {
  return builder_->impl().m.shape_of(value_of(*this));
}

Size Tensor::dim(int axis) const {
  int count = rank();
  if (axis < -count || axis >= count)
    throw BuildError(ErrorCode::invalid_model,
                     fmt::format("axis {} is out of range for a tensor of "
                                 "rank {}",
                                 axis, count));
  return shape()[axis < 0 ? axis + count : axis];
}

Size Tensor::element_count() const { return product(shape()); }

//===--- Builder ----------------------------------------------------------===//

Builder::Impl::Impl(Builder &self, Module &module)
    : self(self), module(module), m(module.impl()), op(&m.context),
      loc(op.getUnknownLoc()) {
  op.setInsertionPointToEnd(&m.entry.getBody().front());
}

Builder::Builder(Module &module)
    : impl_(std::make_unique<Impl>(*this, module)) {}
Builder::~Builder() = default;

SizeContext &Builder::sizes() { return impl_->m.sizes; }

void Builder::set_origin(const ModelNode &node) {
  impl_->loc = location_of(impl_->op, node);
}

Any Builder::Impl::any(Value value) {
  if (isa<RankedTensorType>(value.getType()))
    return tensor(value);
  return box(value);
}

Value Builder::Impl::size_value(Size size) {
  if (!enclosing)
    return m.materialize(op, loc, size);
  OpBuilder before(enclosing);
  return m.materialize(before, loc, size);
}

SmallVector<Value> Builder::Impl::size_values(const Shape &shape) {
  SmallVector<Value> values;
  for (const Size &size : shape)
    values.push_back(size_value(size));
  return values;
}

Scalars Builder::Impl::wrap_all(ValueRange values) {
  Scalars scalars;
  for (Value value : values)
    scalars.push_back(wrap(value));
  return scalars;
}

SmallVector<Value> Builder::Impl::unwrap_all(const Scalars &scalars) {
  SmallVector<Value> values;
  for (Scalar scalar : scalars) {
    if (!scalar)
      throw BuildError(ErrorCode::internal, "a body returned no scalar");
    values.push_back(value_of(scalar));
  }
  return values;
}

void Builder::Impl::fill(
    Region &region, TypeRange types,
    llvm::function_ref<SmallVector<Value>(mlir::Block::BlockArgListType)>
        body) {
  OpBuilder::InsertionGuard guard(op);
  SmallVector<Location> locations(types.size(), loc);
  mlir::Block *block = op.createBlock(&region, region.end(), types, locations);
  SmallVector<Value> results = body(block->getArguments());
  lf::YieldOp::create(op, loc, results);
}

void Builder::Impl::define_dims(Value tensor, std::string_view name) {
  auto type = dyn_cast<RankedTensorType>(tensor.getType());
  if (!type)
    return;
  Shape shape;
  for (auto [axis, extent] : llvm::enumerate(type.getShape())) {
    if (!ShapedType::isDynamic(extent)) {
      shape.push_back(extent);
      continue;
    }
    shape.push_back(m.define_symbol(
        fmt::format("{}_{}", name, axis), {0, INT64_MAX},
        [&, axis = axis](llvm::StringRef symbol) -> Value {
          return lf::DimOp::create(op, loc, op.getI64Type(), tensor,
                                   op.getI64IntegerAttr(axis),
                                   op.getStringAttr(symbol));
        }));
  }
  m.set_shape(tensor, std::move(shape));
}

//===--- Entry point ------------------------------------------------------===//

Tensor Builder::input(const SignatureValue &signature) {
  Impl &i = *impl_;
  SmallVector<int64_t> extents;
  for (const SignatureDim &dim : signature.dims)
    extents.push_back(dim.fixed >= 0 ? dim.fixed : ShapedType::kDynamic);
  auto type = RankedTensorType::get(extents,
                                    lf::to_mlir(signature.dtype, &i.m.context));
  int64_t number = i.m.signature.inputs.size();
  i.m.signature.inputs.push_back(signature);
  Value value =
      lf::InputOp::create(i.op, i.loc, type, i.op.getI64IntegerAttr(number),
                          i.op.getStringAttr(signature.name));
  Shape shape;
  for (auto [axis, dim] : llvm::enumerate(signature.dims)) {
    if (dim.fixed >= 0) {
      shape.push_back(dim.fixed);
      continue;
    }
    auto known =
        dim.symbol.empty() ? std::nullopt : i.m.sizes.find_symbol(dim.symbol);
    if (known) {
      shape.push_back(*known);
      continue;
    }
    std::string name = dim.symbol.empty()
                           ? fmt::format("{}_{}", signature.name, axis)
                           : dim.symbol;
    shape.push_back(i.m.define_symbol(
        name, {0, INT64_MAX},
        [&, axis = axis](llvm::StringRef symbol) -> Value {
          return lf::DimOp::create(i.op, i.loc, i.op.getI64Type(), value,
                                   i.op.getI64IntegerAttr(axis),
                                   i.op.getStringAttr(symbol));
        }));
  }
  i.m.set_shape(value, std::move(shape));
  return i.tensor(value);
}

Box Builder::box_input(const SignatureValue &signature) {
  Impl &i = *impl_;
  int64_t number = i.m.signature.inputs.size();
  i.m.signature.inputs.push_back(signature);
  return i.box(lf::InputOp::create(i.op, i.loc, lf::BoxType::get(&i.m.context),
                                   i.op.getI64IntegerAttr(number),
                                   i.op.getStringAttr(signature.name)));
}

void Builder::output(const std::string &name, Any value) {
  Impl &i = *impl_;
  SignatureValue signature;
  signature.name = name;
  if (value.tensor) {
    signature.dtype = value.tensor.dtype();
    for (const Size &size : value.tensor.shape()) {
      SignatureDim dim;
      dim.fixed = size.constant().value_or(-1);
      if (!size.is_constant())
        dim.symbol = size.str();
      signature.dims.push_back(dim);
    }
  } else {
    signature.kind = ValueKind::sequence;
  }
  int64_t number = i.m.signature.outputs.size();
  i.m.signature.outputs.push_back(std::move(signature));
  lf::OutputOp::create(i.op, i.loc, value_of(value),
                       i.op.getI64IntegerAttr(number),
                       i.op.getStringAttr(name));
}

//===--- Constants --------------------------------------------------------===//

Tensor Builder::Impl::constant_tensor(ConstantData data) {
  auto type =
      RankedTensorType::get(data.dims, lf::to_mlir(data.dtype, &m.context));
  int64_t count = 1;
  for (int64_t extent : data.dims)
    count *= extent;
  DType dtype = data.dtype;
  Bytes bytes = data.bytes;
  int64_t id = m.add_constant(std::move(data));
  Value value = lf::ConstantOp::create(op, loc, type, op.getI64IntegerAttr(id));
  bool small_integer = dtype == DType::boolean || is_integer(dtype);
  if (small_integer && count <= 64) {
    std::vector<Size> elements;
    for (int64_t k = 0; k < count; ++k) {
      const uint8_t *element = bytes.data.data() + k * size_of(dtype);
      int64_t bits = 0;
      std::memcpy(&bits, element, size_of(dtype));
      elements.push_back(wrap_integer(dtype, bits));
    }
    known_contents[value] = std::move(elements);
  }
  return tensor(value);
}

Tensor Builder::constant(ConstantData data) {
  int64_t bytes = size_of(data.dtype);
  for (int64_t extent : data.dims)
    bytes *= extent;
  if (data.dtype != DType::string && (int64_t)data.bytes.data.size() != bytes)
    throw BuildError(ErrorCode::invalid_model,
                     fmt::format("a constant has {} bytes, its shape needs {}",
                                 data.bytes.data.size(), bytes));
  if (data.dtype == DType::string)
    throw BuildError(ErrorCode::unsupported,
                     "string constants are not supported yet");
  return impl_->constant_tensor(std::move(data));
}

static Tensor sizes_tensor(Builder &b, std::span<const Size> sizes,
                           const Shape &shape, DType dtype) {
  Tensor result = b.map(shape, dtype, [&](std::span<const Scalar> at) {
    Scalar value = b.scalar(sizes.empty() ? Size(0) : sizes.back());
    for (size_t k = sizes.size() - (sizes.empty() ? 0 : 1); k-- > 0;)
      value = select(at[0] == b.index(k), b.scalar(sizes[k]), value);
    return dtype == DType::i64 ? value : cast(value, dtype);
  });
  b.impl().known_contents[value_of(result)] =
      std::vector<Size>(sizes.begin(), sizes.end());
  return result;
}

Tensor Builder::from_sizes(std::span<const Size> sizes, DType dtype) {
  return sizes_tensor(*this, sizes, {Size(int64_t(sizes.size()))}, dtype);
}

Tensor Builder::from_size(Size size, DType dtype) {
  return sizes_tensor(*this, {&size, 1}, {}, dtype);
}

std::optional<ConstantData> Builder::constant_data(Tensor x, size_t limit) {
  const ConstantData *data = impl_->m.constant_of(value_of(x));
  if (!data || data->bytes.data.size() > limit)
    return std::nullopt;
  return *data;
}

std::optional<std::vector<Size>> Builder::contents(Tensor x) {
  auto found = impl_->known_contents.find(value_of(x));
  if (found == impl_->known_contents.end())
    return std::nullopt;
  return found->second;
}

Size Builder::read(Tensor x, int k, SizeRange range) {
  Impl &i = *impl_;
  if (auto known = contents(x); known && k < (int)known->size())
    return (*known)[k];
  if (!is_integer(x.dtype()) && x.dtype() != DType::boolean)
    throw BuildError(ErrorCode::invalid_model,
                     fmt::format("a value used as a size has type {}, expected "
                                 "an integer type",
                                 name(x.dtype())));
  if (auto data = constant_data(x)) {
    int64_t bits = 0;
    std::memcpy(&bits, data->bytes.data.data() + k * size_of(data->dtype),
                size_of(data->dtype));
    return wrap_integer(data->dtype, bits);
  }
  Value tensor = value_of(x);
  return i.m.define_symbol("v", range, [&](llvm::StringRef symbol) -> Value {
    return lf::ReadOp::create(i.op, i.loc, i.op.getI64Type(), tensor,
                              i.op.getI64IntegerAttr(k),
                              i.op.getStringAttr(symbol));
  });
}

std::vector<Size> Builder::read_all(Tensor x, SizeRange range) {
  if (auto known = contents(x))
    return *known;
  auto count = x.element_count().constant();
  if (!count)
    throw BuildError(ErrorCode::unsupported,
                     "the number of elements of a shape-like operand is known "
                     "only at run time, so the rank of the result is too; "
                     "ranks must be known when compiling");
  std::vector<Size> sizes;
  for (int64_t k = 0; k < *count; ++k)
    sizes.push_back(read(x, k, range));
  known_contents_note(x, sizes);
  return sizes;
}

void Builder::known_contents_note(Tensor x, const std::vector<Size> &sizes) {
  // One symbol an element, however often it is read in this graph. Values read
  // inside a subgraph are not visible outside it.
  if (value_of(x).getParentBlock() == impl_->op.getInsertionBlock())
    impl_->known_contents[value_of(x)] = sizes;
}

//===--- Compute ----------------------------------------------------------===//

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
  for (Value result : op->getResults())
    known_contents.erase(result);
  for (Region &region : op->getRegions())
    forget(region);
}

void Builder::Impl::forget(Region &region) {
  for (mlir::Block &block : region) {
    for (Value argument : block.getArguments()) {
      known_contents.erase(argument);
      m.shapes.erase(argument);
    }
    for (Operation &op : block)
      forget(&op);
  }
}

Tensors Builder::Impl::finish(Operation *compute) {
  Tensors results;
  if (auto folded = fold_constants(m, compute)) {
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

Tensors Builder::map(const Shape &shape, std::span<const DType> dtypes,
                     const PointsBody &body) {
  Impl &i = *impl_;
  SmallVector<Type> types;
  for (DType dtype : dtypes)
    types.push_back(i.m.tensor_type(dtype, shape));
  auto map = lf::MapOp::create(i.op, i.loc, types, i.size_values(shape));
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
                               i.size_values(shape));
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
      lf::LoopsOp::create(i.op, i.loc, result_types, i.size_values(parallel),
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
  if (i.enclosing) {
    OpBuilder before(i.enclosing);
    lf::RequireOp::create(before, i.loc, i.size_value(condition), message);
    return;
  }
  lf::RequireOp::create(i.op, i.loc, i.size_value(condition), message);
}

} // namespace landfall::ir
