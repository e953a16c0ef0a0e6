//===- size_parameters.cpp - The sizes that a kernel is given -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/describe/size_parameters.h"

#include "ir/describe/short_rows.h"
#include "ir/describe/window_taps.h"

using namespace mlir;

namespace landfall::ir {

SizeParameters::SizeParameters(Module::Impl &module, Operation *compute)
    : module_(module), compute_(compute), classes_(module, compute) {
  if (Value index = short_row_index(module, compute))
    fixed_classes_.insert(classes_.of_index(index));
  for (Value tap : window_taps(module, compute))
    fixed_classes_.insert(classes_.of_index(tap));
  compute->walk(
      [&](lf::LoadOp load) { loads_[load.getTensor()].push_back(load); });
  fix_words();
}

uint32_t SizeParameters::add(Size size) {
  values_.push_back(size);
  return values_.size() - 1;
}

Extent SizeParameters::extent(int extent_class, Size size) {
  if (size == Size(1) || size == Size(0) ||
      fixed_classes_.contains(extent_class))
    return {true, *size.constant()};
  auto known = class_parameter_.find(extent_class);
  if (known == class_parameter_.end())
    known = class_parameter_.try_emplace(extent_class, add(size)).first;
  return {false, known->second};
}

std::vector<Extent> SizeParameters::axes(Value tensor) {
  std::vector<Extent> result;
  for (auto [axis, size] : llvm::enumerate(module_.shape_of(tensor)))
    result.push_back(counts_lanes(tensor, axis, size)
                         ? Extent{true, *size.constant()}
                         : extent(classes_.of_axis(tensor, axis), size));
  return result;
}

uint32_t SizeParameters::scalar(Size size) {
  for (const auto &[known, parameter] : scalar_parameters_)
    if (known == size)
      return parameter;
  scalar_parameters_.emplace_back(size, add(size));
  return scalar_parameters_.back().second;
}

/// Whether the axis is indexed by a remainder, of a division by its extent: a
/// panel's width is a property of the code that reads it.
bool SizeParameters::counts_lanes(Value tensor, size_t axis, Size size) {
  return size.is_constant() &&
         llvm::any_of(loads_[tensor], [&](lf::LoadOp load) {
           auto index = load.getIndices()[axis].getDefiningOp<lf::ScalarOp>();
           auto divisor =
               index && index.getOp() == ScalarOp::mod
                   ? index.getArgs()[1].getDefiningOp<lf::LiteralOp>()
                   : lf::LiteralOp();
           auto width = divisor ? dyn_cast<IntegerAttr>(divisor.getValue())
                                : IntegerAttr();
           return width && width.getInt() == *size.constant();
         });
}

/// What lies behind a panel's lanes are words: their length is a property of
/// the code, too, and so is that of a small table that a factor reads.
void SizeParameters::fix_words() {
  compute_->walk([&](lf::LoadOp load) {
    Value tensor = load.getTensor();
    if (is_inside(tensor, compute_))
      return;
    const Shape &shape = module_.shape_of(tensor);
    size_t rank = shape.size();
    bool is_word = rank > 2 && shape.back().is_constant() &&
                   counts_lanes(tensor, rank - 2, shape[rank - 2]);
    if (is_word || is_table(load, shape))
      fixed_classes_.insert(classes_.of_axis(tensor, int64_t(rank) - 1));
  });
}

/// Whether a reduce loop walks a small table, of shifts, say.
bool SizeParameters::is_table(lf::LoadOp load, const Shape &shape) {
  constexpr int64_t most_entries = 8;
  auto contract = dyn_cast<lf::ContractOp>(compute_);
  if (!contract || load->getParentRegion() != &contract.getFactors() ||
      shape.size() != 1 || !shape[0].is_constant() ||
      *shape[0].constant() > most_entries)
    return false;
  auto index = dyn_cast<BlockArgument>(load.getIndices()[0]);
  return index && index.getArgNumber() >= contract.getDims().size();
}

} // namespace landfall::ir
