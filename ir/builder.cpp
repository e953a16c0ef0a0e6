//===- builder.cpp - The facade: graph level -----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "base/element_count.h"
#include "base/owned_constant.h"
#include "ir/box_facts.h"
#include "ir/builder_impl.h"

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
  check_rank(signature.dims.size());
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
    auto known = dim.symbol.empty() || !i.m.signature.names_bind
                     ? std::nullopt
                     : i.m.sizes.find_symbol(dim.symbol);
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

void Builder::separate_names() { impl_->m.signature.names_bind = false; }

Tensor Builder::input(const SignatureValue &signature, ConstantData otherwise) {
  Impl &i = *impl_;
  SignatureValue defaulted = signature;
  defaulted.presence = Presence::defaulted;
  // The constant's number until the constant is a weight.
  defaulted.default_weight = uint32_t(i.m.add_constant(std::move(otherwise)));
  return input(defaulted);
}

void Builder::absent_input(const SignatureValue &signature) {
  SignatureValue &absent = impl_->m.signature.inputs.emplace_back(signature);
  absent.presence = Presence::absent;
}

Box Builder::box_input(const SignatureValue &signature) {
  Impl &i = *impl_;
  int64_t number = i.m.signature.inputs.size();
  i.m.signature.inputs.push_back(signature);
  return i.box(lf::InputOp::create(i.op, i.loc, lf::BoxType::get(&i.m.context),
                                   i.op.getI64IntegerAttr(number),
                                   i.op.getStringAttr(signature.name)));
}

/// Kind and innermost dtype, as far as they are known.
static void describe(SignatureValue &signature, const Facts &facts) {
  signature.kind = ValueKind::sequence;
  if (facts)
    signature.kind = facts->kind == ValueKind::tensor ? ValueKind::unknown_rank
                                                      : facts->kind;
  const BoxFacts *inside = facts.get();
  while (inside && inside->element)
    inside = inside->element.get();
  if (inside && inside->dtype)
    signature.dtype = *inside->dtype;
}

void Builder::output(const std::string &name, const Any &value) {
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
    describe(signature, value.box.facts);
  }
  int64_t number = i.m.signature.outputs.size();
  i.m.signature.outputs.push_back(std::move(signature));
  lf::OutputOp::create(i.op, i.loc, value_of(value),
                       i.op.getI64IntegerAttr(number),
                       i.op.getStringAttr(name));
}

//===--- Constants --------------------------------------------------------===//

Tensor Builder::Impl::constant_tensor(ConstantData data) {
  check_rank(data.dims.size());
  auto type =
      RankedTensorType::get(data.dims, lf::to_mlir(data.dtype, &m.context));
  int64_t count = element_count(data.dims);
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
  int64_t bytes = size_of(data.dtype) * element_count(data.dims);
  if ((int64_t)data.bytes.data.size() != bytes)
    throw BuildError(ErrorCode::invalid_model,
                     fmt::format("a constant has {} bytes, its shape needs {}",
                                 data.bytes.data.size(), bytes));
  return impl_->constant_tensor(std::move(data));
}

void Builder::continue_texts(std::span<const std::string> texts) {
  for (const std::string &text : texts)
    impl_->m.texts.number_of(text);
}

ConstantData Builder::texts(std::vector<int64_t> dims,
                            std::span<const std::string> elements) {
  std::vector<int64_t> numbers;
  numbers.reserve(elements.size());
  for (const std::string &element : elements)
    numbers.push_back(impl_->m.texts.number_of(element));
  return owned_constant<int64_t>(DType::string, std::move(dims), numbers);
}

std::vector<std::string> Builder::strings_of(const ConstantData &texts) const {
  std::vector<int64_t> numbers(texts.bytes.data.size() / sizeof(int64_t));
  std::memcpy(numbers.data(), texts.bytes.data.data(), texts.bytes.data.size());
  std::vector<std::string> strings;
  for (int64_t number : numbers)
    strings.emplace_back(impl_->m.texts.text(number).value());
  return strings;
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
  if (data)
    return data->bytes.data.size() <= limit ? std::optional(*data)
                                            : std::nullopt;
  Operation *compute = value_of(x).getDefiningOp();
  if (!compute || !dequantises_weights(impl_->m, compute))
    return std::nullopt;
  auto folded = fold_constants(impl_->m, compute);
  if (!folded || folded->front().bytes.data.size() > limit)
    return std::nullopt;
  return folded->front();
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
  require(less(k, x.element_count()),
          fmt::format("an operand of shape {} has no element number {}",
                      to_string(x.shape()), k));
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

Size Builder::read_required(Tensor x, int k, SizeRange range,
                            const std::string &message) {
  Size value = read(x, k);
  SizeRange known = value.range();
  if (range.low > known.low)
    require(1 - less(value, range.low), message);
  if (range.high < known.high)
    require(1 - less(range.high, value), message);
  bool is_read = value.kind() == SizeKind::symbol && !contents(x);
  return is_read ? read(x, k, range) : value;
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

} // namespace landfall::ir
