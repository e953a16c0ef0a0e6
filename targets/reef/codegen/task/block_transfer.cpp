//===- block_transfer.cpp - Epilogue operands by DMA ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/task/block_transfer.h"

#include <map>

namespace landfall::reef {

using llvm::Value;

namespace {

/// The size of the largest element that a copied operand or result may have:
/// that of a sum, whose place it takes.
constexpr int64_t max_bytes = 4;

/// Whether a block is a rectangle in the result: its rows are a constant stride
/// apart and its lanes contiguous.
bool is_rectangular(const analysis::ContractionRoles &roles,
                    const analysis::Affine &form) {
  analysis::Factor factor;
  factor.loads.push_back({no_node, form, {}, {}});
  return analysis::join_loops(factor, roles.space, roles.m_loops).size() <= 1 &&
         analysis::join_loops(factor, roles.space, roles.n_loops).size() <= 1;
}

/// Finds the operands that a body reads at the result's own index only.
class ReadOperands {
public:
  ReadOperands(const Kernel &kernel, const analysis::Affine &form)
      : kernel_(kernel), form_(form),
        space_{{kernel.body.params.begin(), kernel.body.params.end() - 1},
               kernel.loops},
        affine_(kernel, space_) {
    visit(kernel.body);
  }

  std::vector<uint32_t> found() const {
    std::vector<uint32_t> operands;
    for (auto [operand, here] : here_)
      if (here && size_of(kernel_.operands[operand].dtype) <= max_bytes)
        operands.push_back(operand);
    return operands;
  }
  bool reads(uint32_t operand) const { return here_.contains(operand); }

private:
  void visit(const Block &block) {
    for (NodeId id : block.nodes) {
      const Node &node = kernel_.nodes[id];
      if (node.kind == NodeKind::load)
        here_.emplace(node.index, true).first->second &= is_here(node);
      for (const Block &inner : node.blocks)
        visit(inner);
    }
  }
  bool is_here(const Node &load) const {
    std::optional<analysis::Affine> offset = affine_.offset(load);
    if (load.args.size() != kernel_.operands[load.index].dims.size() ||
        !offset || !offset->constant.is_zero())
      return false;
    for (uint32_t v = 0; v < kernel_.loops.size(); ++v)
      if (kernel_.loops[v] != Extent{true, 1} &&
          !(offset->coefficient(v) == form_.coefficient(v)))
        return false;
    return true;
  }

  const Kernel &kernel_;
  const analysis::Affine &form_;
  analysis::IndexSpace space_;
  analysis::AffineReader affine_;
  std::map<uint32_t, bool> here_;
};

} // namespace

BlockOperands::BlockOperands(const Kernel &kernel,
                             const analysis::ContractionRoles &roles)
    : form(kernels::result_form(kernel)) {
  if (!is_rectangular(roles, form))
    return;
  if (!roles.m_loops.empty())
    row_stride = form.coefficient(roles.m_loops.back());
  ReadOperands body(kernel, form);
  for (uint32_t operand : body.found())
    if (!kernel.operands[operand].written)
      read.push_back(operand);
  for (uint32_t k = 0; k < kernel.operands.size(); ++k)
    if (kernel.operands[k].written)
      written.push_back(k);
  if (written.size() != 1 || body.reads(written[0]) ||
      size_of(kernel.operands[written[0]].dtype) > max_bytes)
    written.clear();
  is_sum =
      written.size() == 1 && kernel.body.yields[0] == kernel.body.params.back();
}

void BlockTransfer::begin(const kernels::IndexValues &batch) {
  base_ = sizes_.add_terms(sizes_.frame().index(0), operands_.form, batch);
}

Dma BlockTransfer::dma() {
  return Dma(sizes_.frame(), tiling_.channels[result_channel]);
}

kernels::BlockCopy BlockTransfer::copy(const kernels::SumBlock &block,
                                       uint32_t operand, Value *address) {
  Value *stride = sizes_.value(operands_.row_stride);
  Value *begin =
      b.CreateAdd(b.CreateAdd(base_, b.CreateMul(stride, block.rows.begin)),
                  block.lanes.begin);
  return {operand, address, begin, stride, b.getTrue()};
}

kernels::BlockCopy BlockTransfer::read_copy(const kernels::SumBlock &block,
                                            Value *copies, size_t number) {
  Value *area = b.CreateMul(tiling_.panel, tiling_.panel);
  Value *address = kernels::element(
      b, b.getFloatTy(), copies,
      b.CreateMul(area, sizes_.frame().index(int64_t(number))));
  kernels::BlockCopy read = copy(block, operands_.read[number], address);
  read.exists = tiling_.copies_fit;
  return read;
}

/// From the operand to its copy.
Transfer BlockTransfer::transfer(const kernels::SumBlock &block,
                                 const kernels::BlockCopy &copy) {
  int64_t size = size_of(sizes_.frame().kernel.operands[copy.operand].dtype);
  auto bytes = [&](Value *elements) {
    return b.CreateMul(elements, sizes_.frame().index(size));
  };
  Value *operand = sizes_.frame().operands[copy.operand];
  return {
      kernels::element(b, b.getInt8Ty(), operand, bytes(copy.begin)),
      copy.address,
      bytes(block.lanes.count),
      b.CreateSelect(copy.exists, block.rows.count, sizes_.frame().index(0)),
      bytes(copy.stride),
      bytes(block.stride)};
}

void BlockTransfer::fetch(const kernels::SumBlock &block, Value *copies) {
  for (size_t k = 0; k < operands_.read.size(); ++k)
    dma().start(transfer(block, read_copy(block, copies, k)));
}

void BlockTransfer::wait() {
  if (!operands_.read.empty() || !operands_.written.empty())
    dma().wait();
}

void BlockTransfer::wait(Value *but_last) {
  if (!operands_.read.empty() || operands_.written.empty())
    return wait();
  Value *last = dma().last_ticket();
  Value *before = kernels::larger(b, b.CreateSub(last, sizes_.frame().index(1)),
                                  sizes_.frame().index(0));
  dma().wait(b.CreateSelect(but_last, before, last));
}

void BlockTransfer::emit(kernels::Epilogue &epilogue, kernels::SumBlock block,
                         Value *copies, const kernels::IndexValues &batch) {
  llvm::SmallVector<kernels::BlockCopy, 4> all;
  for (size_t k = 0; k < operands_.read.size(); ++k)
    all.push_back(read_copy(block, copies, k));
  for (uint32_t operand : operands_.written)
    all.push_back(copy(block, operand, block.sums));
  block.copies = all;
  if (!operands_.is_sum)
    epilogue.emit(block, batch);
  for (uint32_t operand : operands_.written) {
    Transfer out = transfer(block, copy(block, operand, block.sums));
    std::swap(out.source, out.destination);
    std::swap(out.source_stride, out.destination_stride);
    dma().start(out);
  }
}

} // namespace landfall::reef
