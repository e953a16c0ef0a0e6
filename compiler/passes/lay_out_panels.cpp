//===- lay_out_panels.cpp - Weights in panels -----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "compiler/passes/lay_out_panels.h"

#include "base/element_count.h"
#include "compiler/passes/panel_load.h"
#include "compiler/passes/replace_constants.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <tuple>

using namespace mlir;

namespace landfall::compiler {

namespace {

/// The dimensions of a constant in their new order, without those of panels:
/// `before` them, and `inside` of each, in the order of their loops.
struct NewOrder {
  /// The dimension of loop `last` is the last one inside, whatever its number;
  /// -1: none is.
  NewOrder(const PanelRoles &roles, int last)
      : own(unsigned(llvm::find(roles, of_panels) - roles.begin())) {
    for (unsigned dim = 0; dim < roles.size(); ++dim)
      if (dim != own)
        (roles[dim] == outside ? before : inside).push_back(dim);
    llvm::sort(inside, [&](unsigned a, unsigned b) {
      return std::pair(roles[a] == last, roles[a]) <
             std::pair(roles[b] == last, roles[b]);
    });
  }

  unsigned own;
  SmallVector<unsigned> before, inside;
};

/// Elements of `steps` consecutive steps of a point lie together.
ConstantData in_panels(const ConstantData &data, const NewOrder &order,
                       int64_t width, int64_t steps) {
  std::vector<int64_t> strides(data.dims.size(), 1);
  for (size_t d = strides.size() - 1; d-- > 0;)
    strides[d] = strides[d + 1] * data.dims[d + 1];
  int64_t along = data.dims[order.own];
  int64_t panels = (along + width - 1) / width;
  ConstantData result{data.dtype, {}, {}};
  // The dimensions that are walked, outermost first, with their strides.
  std::vector<int64_t> extents, walked;
  auto walk = [&](unsigned dim) {
    extents.push_back(data.dims[dim]);
    walked.push_back(strides[dim]);
  };
  for (unsigned dim : order.before)
    walk(dim);
  result.dims = extents;
  extents.push_back(panels);
  walked.push_back(strides[order.own] * width);
  result.dims.push_back(panels);
  size_t panel_place = extents.size() - 1;
  for (unsigned dim : order.inside) {
    walk(dim);
    result.dims.push_back(data.dims[dim]);
  }
  result.dims.back() /= steps;
  result.dims.push_back(width);
  if (steps > 1)
    result.dims.push_back(steps);
  int64_t depth = 1, lines = 1;
  for (size_t d = panel_place + 1; d < extents.size(); ++d)
    depth *= extents[d];
  for (int64_t extent : extents)
    lines *= extent;
  size_t bytes = size_t(size_of(data.dtype));
  std::vector<uint8_t> room(size_t(element_count(result.dims)) * bytes);
  std::vector<int64_t> at(extents.size(), 0);
  const uint8_t *from = data.bytes.data.data();
  int64_t offset = 0;
  for (int64_t line = 0; line < lines; ++line) {
    int64_t points = std::min(width, along - at[panel_place] * width);
    int64_t panel = line / depth, step = line % depth;
    int64_t first =
        (panel * depth + step / steps * steps) * width + step % steps;
    for (int64_t point = 0; point < points; ++point)
      std::memcpy(room.data() + size_t(first + point * steps) * bytes,
                  from + size_t(offset + point * strides[order.own]) * bytes,
                  bytes);
    for (size_t d = extents.size(); d-- > 0;) {
      offset += walked[d];
      if (++at[d] < extents[d])
        break;
      offset -= walked[d] * at[d];
      at[d] = 0;
    }
  }
  result.bytes = share_bytes(std::move(room));
  return result;
}

/// Builds index arithmetic.
struct IndexBuilder {
  OpBuilder builder;
  Location loc;

  Value literal(int64_t value) {
    return lf::LiteralOp::create(builder, loc, builder.getI64Type(),
                                 builder.getI64IntegerAttr(value));
  }
  Value scalar(ScalarOp op, Value a, Value b) {
    return lf::ScalarOp::create(builder, loc, builder.getI64Type(), op,
                                ValueRange{a, b});
  }
};

/// Splits a reduce loop of this extent into two, which become the innermost:
/// over words of `steps` steps, and over the steps of a word. Returns their
/// indices.
std::pair<Value, Value> split_into_words(lf::ContractOp contract, unsigned loop,
                                         int64_t extent, int64_t steps,
                                         ir::Module::Impl &module) {
  Location loc = contract.getLoc();
  mlir::Block &block = contract.getFactors().front();
  unsigned results = unsigned(contract.getDims().size());
  SmallVector<Value> before(contract.getReduce());
  SmallVector<Value> reduce, old(block.getArguments().drop_front(results));
  IndexBuilder index{OpBuilder::atBlockBegin(&block), loc};
  auto add = [&](Value extent) {
    reduce.push_back(extent);
    return block.addArgument(index.builder.getI64Type(), loc);
  };
  for (unsigned other = 0; other < before.size(); ++other)
    if (other != loop)
      old[other].replaceAllUsesWith(add(before[other]));
  OpBuilder outside(contract);
  Value word = add(module.materialize(outside, loc, ir::Size(extent / steps)));
  Value step = add(module.materialize(outside, loc, ir::Size(steps)));
  old[loop].replaceAllUsesWith(index.scalar(
      ScalarOp::add, index.scalar(ScalarOp::mul, word, index.literal(steps)),
      step));
  block.eraseArguments(results, unsigned(old.size()));
  contract.getReduceMutable().assign(reduce);
  return {word, step};
}

/// Makes a load read from the panels.
void read_panels(lf::LoadOp load, Value panels, const NewOrder &order,
                 const PanelWeights &weights, ir::Module::Impl &module) {
  PanelLoad use(module, weights, load);
  (void)use.roles();
  Value point = use.own_index(), word, step;
  int64_t first = use.first();
  if (use.is_in_words())
    std::tie(word, step) =
        split_into_words(use.contract(), unsigned(use.word_loop()),
                         use.word_loop_extent(), use.steps(), module);
  IndexBuilder index{OpBuilder(load), load.getLoc()};
  Value width = index.literal(weights.width);
  Value panel = index.scalar(ScalarOp::div, point, width);
  if (first)
    panel = index.scalar(ScalarOp::add, panel,
                         index.literal(first / weights.width));
  SmallVector<Value> indices;
  for (unsigned dim : order.before)
    indices.push_back(load.getIndices()[dim]);
  indices.push_back(panel);
  for (unsigned dim : order.inside)
    indices.push_back(load.getIndices()[dim]);
  if (word)
    indices.back() = word;
  indices.push_back(index.scalar(ScalarOp::mod, point, width));
  if (step)
    indices.push_back(step);
  load.getIndicesMutable().assign(indices);
  load.getTensorMutable().assign(panels);
}

void lay_out(lf::ConstantOp constant, const PanelRoles &roles,
             const PanelWeights &weights, ir::Module::Impl &module) {
  PanelLoad use(module, weights,
                cast<lf::LoadOp>(*constant.getValue().getUsers().begin()));
  (void)use.roles();
  NewOrder order(roles, use.is_in_words() ? use.word_loop() : -1);
  ConstantData data = in_panels(module.constants[constant.getId()], order,
                                weights.width, use.steps());
  OpBuilder builder(constant);
  auto type = RankedTensorType::get(data.dims,
                                    lf::to_mlir(data.dtype, &module.context));
  auto moved = lf::ConstantOp::create(
      builder, constant.getLoc(), type,
      builder.getI64IntegerAttr(module.add_constant(std::move(data))));
  for (Operation *user :
       llvm::make_early_inc_range(constant.getValue().getUsers()))
    read_panels(cast<lf::LoadOp>(user), moved.getValue(), order, weights,
                module);
  module.forget(constant);
  constant.erase();
}

/// Whether blocks may multiply any of the weights by zero for nothing.
bool may_lie_in_words(const ConstantData &data) {
  if (data.dtype != DType::bf16)
    return true;
  constexpr uint16_t exponent = 0x7f80;
  std::span<const uint8_t> bytes = data.bytes.data;
  for (size_t at = 0; at + 1 < bytes.size(); at += 2) {
    uint16_t bits;
    std::memcpy(&bits, bytes.data() + at, sizeof(bits));
    if ((bits & exponent) == exponent)
      return false;
  }
  return true;
}

/// The roles of a constant's dimensions that all its uses agree on; nullopt if
/// it is not stored in panels.
std::optional<PanelRoles> common_roles(lf::ConstantOp constant,
                                       const PanelWeights &weights,
                                       ir::Module::Impl &module) {
  std::optional<PanelRoles> common;
  for (Operation *user : constant.getValue().getUsers()) {
    auto load = dyn_cast<lf::LoadOp>(user);
    std::optional<PanelRoles> roles =
        load ? PanelLoad(module, weights, load).roles() : std::nullopt;
    if (!roles || (common && *common != *roles))
      return std::nullopt;
    common = roles;
  }
  return common;
}

} // namespace

void lay_out_panels(ir::Module::Impl &module, const PanelWeights &weights) {
  PanelWeights narrow = weights;
  narrow.width = weights.narrow_width;
  replace_constants(module, [&](lf::ConstantOp constant) {
    for (const PanelWeights &form : {weights, narrow}) {
      auto roles = form.width ? common_roles(constant, form, module)
                              : std::optional<PanelRoles>();
      if (!roles || !may_lie_in_words(module.constants[constant.getId()]))
        continue;
      lay_out(constant, *roles, form, module);
      return true;
    }
    return false;
  });
}

} // namespace landfall::compiler
