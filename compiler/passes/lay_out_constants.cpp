//===- lay_out_constants.cpp - K-major constant factors ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "compiler/passes/lay_out_constants.h"

#include "compiler/passes/body_queries.h"
#include "compiler/passes/replace_constants.h"

#include <cstring>
#include <map>
#include <optional>

using namespace mlir;

namespace landfall::compiler {

namespace {

/// A permutation: for each dimension of the new layout, the old dimension.
using Order = SmallVector<unsigned>;

class LayOut {
public:
  LayOut(ir::Module::Impl &module, const KMajorWeights &weights)
      : module_(module), weights_(weights) {}

  std::optional<Order> common_order(lf::ConstantOp constant);

private:
  std::optional<Order> wanted_order(lf::LoadOp load);
  bool pays(lf::LoadOp load, const llvm::SmallDenseSet<unsigned> &edges);

  ir::Module::Impl &module_;
  KMajorWeights weights_;
};

/// The order that all loads of a constant need; nullopt if they differ, or if
/// the constant need not change.
std::optional<Order> LayOut::common_order(lf::ConstantOp constant) {
  std::optional<Order> common;
  for (Operation *user : constant.getValue().getUsers()) {
    auto load = dyn_cast<lf::LoadOp>(user);
    std::optional<Order> order = load ? wanted_order(load) : std::nullopt;
    if (!order || (common && *common != *order))
      return std::nullopt;
    common = order;
  }
  return common;
}

/// The order that a load in a contraction's factors needs; nullopt if it is the
/// present one, or if an index is an expression with a summed index.
std::optional<Order> LayOut::wanted_order(lf::LoadOp load) {
  auto contract = dyn_cast<lf::ContractOp>(load->getParentOp());
  if (!contract || load->getParentRegion() != &contract.getFactors() ||
      load.getGuard())
    return std::nullopt;
  mlir::Block &block = contract.getFactors().front();
  unsigned loops = contract.getDims().size();
  std::map<unsigned, unsigned> summed; // Dimensions by their loops.
  Order others;
  llvm::SmallDenseSet<unsigned> edges;
  for (auto [dim, index] : llvm::enumerate(load.getIndices())) {
    auto argument = dyn_cast<BlockArgument>(index);
    if (argument && argument.getOwner() == &block &&
        argument.getArgNumber() >= loops) {
      if (!summed.try_emplace(argument.getArgNumber(), dim).second)
        return std::nullopt;
      continue;
    }
    for (unsigned number : arguments_below(index, block)) {
      if (number >= loops)
        return std::nullopt;
      edges.insert(number);
    }
    others.push_back(dim);
  }
  Order order;
  for (auto [number, dim] : summed)
    order.push_back(dim);
  order.append(others);
  if (summed.empty() || llvm::is_sorted(order) || !pays(load, edges))
    return std::nullopt;
  return order;
}

/// Whether the factor of this load is among the weights that are K-major.
/// `edges`: the result loops that the load's indices use.
bool LayOut::pays(lf::LoadOp load, const llvm::SmallDenseSet<unsigned> &edges) {
  auto contract = cast<lf::ContractOp>(load->getParentOp());
  mlir::Block &block = contract.getFactors().front();
  auto yields = block.getTerminator()->getOperands();
  llvm::SmallDenseSet<unsigned> uses[] = {arguments_below(yields[0], block),
                                          arguments_below(yields[1], block)};
  unsigned innermost = unsigned(contract.getDims().size()) - 1;
  for (int mine : {0, 1}) {
    const auto &others = uses[1 - mine];
    bool is_mine = llvm::any_of(edges, [&](unsigned number) {
      return uses[mine].contains(number) && !others.contains(number);
    });
    if (!is_mine || (weights_.n_side_only && !edges.contains(innermost)))
      continue;
    ir::Size across = 1, along = 1;
    for (auto [number, dim] : llvm::enumerate(contract.getDims())) {
      if (others.contains(number) && !uses[mine].contains(number))
        across = across * module_.size_of(dim);
      if (uses[mine].contains(number) && !others.contains(number))
        along = along * module_.size_of(dim);
    }
    auto enough = [](const ir::Size &extent, int64_t fewest) {
      return extent.constant().value_or(fewest) >= fewest;
    };
    if (enough(across, weights_.fewest_across) &&
        enough(along, weights_.fewest_along))
      return true;
  }
  return false;
}

ConstantData reordered(const ConstantData &data, ArrayRef<unsigned> order) {
  ConstantData result{data.dtype, {}, {}};
  size_t rank = order.size();
  std::vector<int64_t> old_strides(rank, 1), steps;
  for (size_t d = rank - 1; d-- > 0;)
    old_strides[d] = old_strides[d + 1] * data.dims[d + 1];
  size_t bytes = size_t(size_of(data.dtype));
  for (unsigned dim : order) {
    result.dims.push_back(data.dims[dim]);
    steps.push_back(old_strides[dim] * int64_t(bytes));
  }
  std::vector<uint8_t> room(data.bytes.data.size());
  std::vector<int64_t> at(rank, 0);
  const uint8_t *from = data.bytes.data.data();
  for (uint8_t *to = room.data(); to != room.data() + room.size();) {
    for (int64_t k = 0; k < result.dims.back(); ++k, to += bytes)
      std::memcpy(to, from + k * steps.back(), bytes);
    // To the next row: increments the multi-index without the last dimension.
    for (size_t d = rank - 1; d-- > 0;) {
      from += steps[d];
      if (++at[d] < result.dims[d])
        break;
      from -= steps[d] * at[d];
      at[d] = 0;
    }
  }
  result.bytes = share_bytes(std::move(room));
  return result;
}

} // namespace

void reorder_constant(lf::ConstantOp constant, ArrayRef<unsigned> order,
                      ir::Module::Impl &module) {
  ConstantData data = reordered(module.constants[constant.getId()], order);
  OpBuilder builder(constant);
  auto type = RankedTensorType::get(data.dims,
                                    lf::to_mlir(data.dtype, &module.context));
  auto moved = lf::ConstantOp::create(
      builder, constant.getLoc(), type,
      builder.getI64IntegerAttr(module.add_constant(std::move(data))));
  for (Operation *user :
       llvm::make_early_inc_range(constant.getValue().getUsers())) {
    auto load = cast<lf::LoadOp>(user);
    SmallVector<Value> indices;
    for (unsigned dim : order)
      indices.push_back(load.getIndices()[dim]);
    load.getIndicesMutable().assign(indices);
    load.getTensorMutable().assign(moved.getValue());
  }
  module.forget(constant);
  constant.erase();
}

void lay_out_constants(ir::Module::Impl &module, const KMajorWeights &weights) {
  LayOut layout(module, weights);
  replace_constants(module, [&](lf::ConstantOp constant) {
    std::optional<Order> order = layout.common_order(constant);
    if (order)
      reorder_constant(constant, *order, module);
    return order.has_value();
  });
}

} // namespace landfall::compiler
