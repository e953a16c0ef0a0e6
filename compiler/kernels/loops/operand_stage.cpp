//===- operand_stage.cpp - Rows of operands in local memory ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/operand_stage.h"

#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/lanes/lanes.h"
#include "kernel_analysis/access/access_analysis.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// The most elements copied per point of a row: a range with large gaps is not
/// staged, as copying it would cost more than reading in place.
constexpr int64_t max_copied = 8;
constexpr int64_t alignment = 64;

} // namespace

OperandStage::OperandStage(KernelFrame &frame, const LoopPlan &plan,
                           const LocalMemory *local)
    : frame_(frame), b(frame.b), plan_(plan), local_(local),
      simple_(frame.kernel) {
  if (!local || frame.kernel.kind != KernelClass::map || plan.row_loops == 0 ||
      plan.lane_place >= plan.order.size())
    return;
  for (uint32_t k = 0; k < frame.kernel.operands.size(); ++k)
    if (frame.is_separate(k) && pays(k))
      operands_.push_back(k);
}

/// Whether all loads of the operand have simple indices, and one inside a fold
/// depends on the lane index.
bool OperandStage::pays(uint32_t operand) {
  for (const Node &node : frame_.kernel.nodes)
    if (node.kind == NodeKind::load && node.index == operand)
      for (NodeId arg : llvm::ArrayRef(node.args).take_front(
               frame_.kernel.operands[operand].dims.size()))
        if (!simple_.contains(arg))
          return false;
  bool found = false;
  visit(frame_.kernel.body, false, operand, found);
  return found;
}

void OperandStage::visit(const Block &block, bool folds, uint32_t operand,
                         bool &found) {
  NodeId lane = frame_.kernel.body.params[plan_.order[plan_.lane_place]];
  analysis::AccessAnalysis access(frame_.kernel);
  for (NodeId id : block.nodes) {
    const Node &node = at(id);
    found |= folds && node.kind == NodeKind::load && node.index == operand &&
             access.movement(id, lane) != analysis::Movement::none;
    for (const Block &inner : node.blocks)
      visit(inner, folds || node.kind == NodeKind::loop, operand, found);
  }
}

/// Elements behind the range that inactive lanes may read.
Value *OperandStage::slack() {
  unsigned lanes =
      unsigned(frame_.machine.vector.max_lanes) * Lanes::longest_step;
  return b.CreateElementCount(
      b.getInt64Ty(),
      llvm::ElementCount::get(lanes, frame_.machine.vector.scalable));
}

/// Points of a row (i64).
Value *OperandStage::points() {
  Value *product = frame_.index(1);
  for (size_t place = plan_.row_loops; place < plan_.order.size(); ++place)
    product = b.CreateMul(
        product, frame_.extent(frame_.kernel.loops[plan_.order[place]]));
  return product;
}

Value *OperandStage::half_bytes() {
  Value *half = b.CreateLShr(local_->bytes(frame_), frame_.index(1));
  return b.CreateAnd(half, frame_.index(-alignment));
}

OperandStage::Part OperandStage::part(uint32_t operand, SpanCode &code,
                                      Value *&room) {
  const std::vector<Extent> &dims = frame_.kernel.operands[operand].dims;
  Value *low = nullptr, *high = nullptr, *total = frame_.index(1);
  auto join = [&](llvm::Intrinsic::ID which, Value *x, Value *y) {
    return x ? b.CreateBinaryIntrinsic(which, x, y) : y;
  };
  for (const Node &node : frame_.kernel.nodes) {
    if (node.kind != NodeKind::load || node.index != operand)
      continue;
    Value *first = frame_.index(0), *last = first;
    for (size_t dim = 0; dim < dims.size(); ++dim) {
      IndexSpan span = code.span(node.args[dim]);
      Value *stride = frame_.stride(operand, dim);
      first = b.CreateAdd(first, b.CreateMul(span.low, stride));
      last = b.CreateAdd(last, b.CreateMul(span.high, stride));
    }
    low = join(llvm::Intrinsic::smin, low, first);
    high = join(llvm::Intrinsic::smax, high, last);
  }
  for (const Extent &dim : dims)
    total = b.CreateMul(total, frame_.extent(dim));
  Value *zero = frame_.index(0);
  Value *end = b.CreateAdd(high, frame_.index(1));
  Value *begin = join(llvm::Intrinsic::smax, low, zero);
  Value *count = b.CreateSub(join(llvm::Intrinsic::smin, end, total), begin);
  room = join(llvm::Intrinsic::smax, b.CreateSub(end, low), zero);
  return {operand, low, begin, join(llvm::Intrinsic::smax, count, zero),
          nullptr};
}

OperandStage::Row OperandStage::row(const SpanCode::Known &known) {
  SpanCode code(frame_, simple_, no_node, known);
  Row row{{}, b.getTrue()};
  Value *place = frame_.index(0);
  Value *most = b.CreateMul(points(), frame_.index(max_copied));
  for (uint32_t operand : operands_) {
    Value *room;
    row.parts.push_back(part(operand, code, room));
    row.parts.back().place = place;
    row.fits = b.CreateAnd(row.fits, b.CreateICmpSLE(room, most));
    int64_t size = size_of(frame_.kernel.operands[operand].dtype);
    Value *bytes = b.CreateMul(b.CreateAdd(room, slack()), frame_.index(size));
    Value *up = b.CreateAdd(bytes, frame_.index(alignment - 1));
    place = b.CreateAdd(place, b.CreateAnd(up, frame_.index(-alignment)));
  }
  row.fits = b.CreateAnd(row.fits, b.CreateICmpSLE(place, half_bytes()));
  return row;
}

/// The address in the scratchpad of an element of the operand.
Value *OperandStage::address(const Part &part, Value *half, Value *element) {
  int64_t size = size_of(frame_.kernel.operands[part.operand].dtype);
  Value *odd = b.CreateAnd(half, frame_.index(1));
  Value *from_low =
      b.CreateMul(b.CreateSub(element, part.low), frame_.index(size));
  Value *offset = b.CreateAdd(b.CreateMul(odd, half_bytes()), part.place);
  return b.CreateGEP(b.getInt8Ty(), frame_.local,
                     b.CreateAdd(offset, from_low));
}

void OperandStage::fetch(const Row &row, Value *half) {
  emit_if(frame_, row.fits, [&] {
    for (const Part &part : row.parts) {
      Value *size =
          frame_.index(size_of(frame_.kernel.operands[part.operand].dtype));
      Value *source = b.CreateGEP(b.getInt8Ty(), frame_.operands[part.operand],
                                  b.CreateMul(part.begin, size));
      local_->start(frame_, source, address(part, half, part.begin),
                    b.CreateMul(part.count, size));
    }
  });
}

void OperandStage::use(const Row &row, Value *half, Value *ticket,
                       const std::function<void()> &body) {
  local_->wait(frame_, ticket);
  std::vector<Value *> operands = frame_.operands;
  for (const Part &part : row.parts) {
    frame_.operands[part.operand] = address(part, half, frame_.index(0));
    frame_.staged.push_back(part.operand);
  }
  body();
  frame_.operands = operands;
  frame_.staged.clear();
}

} // namespace landfall::kernels
