//===- module.cpp - A model in core IR -----------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/module/module_impl.h"

#include "base/build_error.h"

#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace landfall::ir {

Module::Module() : impl_(std::make_unique<Impl>()) {}
Module::~Module() = default;
SizeContext &Module::sizes() { return impl_->sizes; }

std::string Module::print(bool locations) const {
  std::string text;
  llvm::raw_string_ostream out(text);
  OpPrintingFlags flags;
  if (locations)
    flags.enableDebugInfo(true, true);
  const_cast<Impl &>(*impl_).module->print(out, flags);
  return text;
}

/// A context registers MLIR's own types in about a hundred blocks of malloc,
/// and does not look whether there were any: they are asked for here, at once,
/// and the C library keeps what is given back. Throws std::bad_alloc.
static MLIRContext::Threading with_memory_at_hand() {
  constexpr size_t bytes = 1
                           << 16; // Less than what it would give to the system.
  std::unique_ptr<char[]> block(new char[bytes]);
  asm volatile("" : : "r"(block.get()) : "memory"); // It is not left out.
  return MLIRContext::Threading::DISABLED;
}

Module::Impl::Impl() : context(with_memory_at_hand()) {
  context.loadDialect<lf::LfDialect>();
  OpBuilder builder(&context);
  Location loc = builder.getUnknownLoc();
  module = ModuleOp::create(loc);
  builder.setInsertionPointToEnd(module->getBody());
  entry = lf::EntryOp::create(builder, loc, builder.getStringAttr("main"));
  entry.getBody().emplaceBlock();
}

int64_t Module::Impl::add_constant(ConstantData data) {
  constants.push_back(std::move(data));
  return constants.size() - 1;
}

const ConstantData *Module::Impl::constant_of(Value value) const {
  auto op = value.getDefiningOp<lf::ConstantOp>();
  return op ? &constants[op.getId()] : nullptr;
}

Size Module::Impl::size_of(Value value) {
  auto found = size_values.find(value);
  if (found != size_values.end())
    return found->second;
  auto op = value.getDefiningOp<lf::SizeOp>();
  std::optional<Size> size;
  if (op)
    size = sizes.parse(std::string_view(op.getExpression()));
  if (!size)
    throw BuildError(ErrorCode::internal, "a value that is not a size is "
                                          "used as an extent");
  size_values.try_emplace(value, *size);
  return *size;
}

Size Module::Impl::iteration_of(BlockArgument argument) {
  auto known = size_values.find(argument);
  if (known == size_values.end())
    known = size_values.try_emplace(argument, sizes.symbol("iteration")).first;
  return known->second;
}

Value Module::Impl::materialize(OpBuilder &builder, Location loc, Size size) {
  auto value_of = [&](Size symbol) {
    Value value = symbol_values.lookup(symbol.str());
    if (!value)
      throw BuildError(ErrorCode::unsupported,
                       "a size that only another case of the model computes is "
                       "needed here; declare the shapes of the model's inputs");
    return value;
  };
  if (size.kind() == SizeKind::symbol)
    return value_of(size);
  SmallVector<Value> leaves;
  for (const Size &symbol : symbols(size))
    leaves.push_back(value_of(symbol));
  Value value = lf::SizeOp::create(builder, loc, builder.getI64Type(), leaves,
                                   builder.getStringAttr(size.str()));
  size_values.try_emplace(value, size);
  return value;
}

SmallVector<Value> Module::Impl::materialize(OpBuilder &builder, Location loc,
                                             const Shape &shape) {
  SmallVector<Value> values;
  for (const Size &size : shape)
    values.push_back(materialize(builder, loc, size));
  return values;
}

/// The `dims` operands that belong to this result, if its op carries them.
static std::optional<SmallVector<Value>> dims_of(OpResult result) {
  Operation *op = result.getOwner();
  auto all = [](OperandRange dims) { return SmallVector<Value>(dims); };
  if (auto map = dyn_cast<lf::MapOp>(op))
    return all(map.getDims());
  if (auto contract = dyn_cast<lf::ContractOp>(op))
    return all(contract.getDims());
  if (auto reshape = dyn_cast<lf::ReshapeOp>(op))
    return all(reshape.getDims());
  auto loops = dyn_cast<lf::ParallelOp>(op);
  if (!loops)
    return std::nullopt;
  auto rank = [&](unsigned r) {
    return cast<RankedTensorType>(loops.getResult(r).getType()).getRank();
  };
  int64_t start = 0;
  for (unsigned r = 0; r < result.getResultNumber(); ++r)
    start += rank(r);
  return SmallVector<Value>(
      loops.getDims().slice(start, rank(result.getResultNumber())));
}

const Shape &Module::Impl::shape_of(Value tensor) {
  auto found = shapes.find(tensor);
  if (found != shapes.end())
    return *found->second;
  Shape shape;
  auto result = dyn_cast<OpResult>(tensor);
  auto dims = result ? dims_of(result) : std::nullopt;
  if (dims) {
    for (Value dim : *dims)
      shape.push_back(size_of(dim));
  } else {
    auto type = cast<RankedTensorType>(tensor.getType());
    if (!type.hasStaticShape())
      throw BuildError(ErrorCode::internal,
                       "a tensor's extents were never defined");
    for (int64_t extent : type.getShape())
      shape.push_back(extent);
  }
  return *(shapes[tensor] = std::make_unique<Shape>(std::move(shape)));
}

void Module::Impl::set_shape(Value tensor, Shape shape) {
  shapes[tensor] = std::make_unique<Shape>(std::move(shape));
}

void Module::Impl::forget(Operation *op) {
  op->walk([&](Operation *inner) {
    for (Value result : inner->getResults()) {
      shapes.erase(result);
      if (isa<lf::DimOp, lf::ReadOp, lf::RankOp>(inner))
        if (auto symbol = size_values.find(result); symbol != size_values.end())
          symbol_values.erase(symbol->second.str());
      size_values.erase(result);
    }
    for (Region &region : inner->getRegions())
      for (mlir::Block &block : region)
        for (Value argument : block.getArguments())
          shapes.erase(argument);
  });
}

Size Module::Impl::define_symbol(
    std::string_view name, SizeRange range,
    llvm::function_ref<Value(llvm::StringRef)> make) {
  Size symbol = sizes.symbol(name, range);
  std::string unique = symbol.str();
  Value value = make(unique);
  size_values.insert_or_assign(value, symbol);
  symbol_values[unique] = value;
  return symbol;
}

void check_rank(size_t rank) {
  if (rank > most_dimensions)
    throw BuildError(
        ErrorCode::unsupported,
        "a tensor has " + std::to_string(rank) + " dimensions, more than the " +
            std::to_string(most_dimensions) + " that are supported");
}

RankedTensorType Module::Impl::tensor_type(DType dtype, const Shape &shape) {
  check_rank(shape.size());
  SmallVector<int64_t> extents;
  for (const Size &size : shape) {
    if (size.constant().value_or(0) < 0)
      throw BuildError(ErrorCode::invalid_model,
                       "a result would have the extent " + size.str() +
                           "; extents are at least 0");
    extents.push_back(size.constant().value_or(ShapedType::kDynamic));
  }
  return RankedTensorType::get(extents, lf::to_mlir(dtype, &context));
}

bool is_iteration(Value tensor) {
  auto argument = dyn_cast<BlockArgument>(tensor);
  return argument && argument.getArgNumber() == 0 &&
         isa_and_nonnull<lf::GraphLoopOp>(argument.getOwner()->getParentOp());
}

bool is_inside(Value value, Operation *op) {
  Region *region = value.getParentRegion();
  Operation *owner = region ? region->getParentOp() : nullptr;
  return owner && op->isAncestor(owner);
}

/// A node is its name at its operator; one named by its output has a third
/// name inside.
static constexpr llvm::StringLiteral by_output = "by output";

Location location_of(mlir::Builder &builder, const ModelNode &node) {
  Location inner = builder.getUnknownLoc();
  if (node.empty())
    return inner;
  if (node.named_by_output)
    inner = NameLoc::get(builder.getStringAttr(by_output));
  inner = NameLoc::get(builder.getStringAttr(node.op), inner);
  return NameLoc::get(builder.getStringAttr(node.name), inner);
}

std::vector<ModelNode> model_nodes(Location location) {
  std::vector<ModelNode> nodes;
  if (auto fused = dyn_cast<FusedLoc>(location))
    for (Location part : fused.getLocations())
      for (ModelNode &node : model_nodes(part))
        nodes.push_back(std::move(node));
  auto name = dyn_cast<NameLoc>(location);
  if (!name)
    return nodes;
  ModelNode &node = nodes.emplace_back();
  node.name = name.getName().str();
  if (auto op = dyn_cast<NameLoc>(name.getChildLoc())) {
    node.op = op.getName().str();
    node.named_by_output = isa<NameLoc>(op.getChildLoc());
  }
  return nodes;
}

} // namespace landfall::ir
