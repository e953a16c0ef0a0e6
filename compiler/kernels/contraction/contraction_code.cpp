//===- contraction_code.cpp - Sizes, offsets and factors as code ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_code.h"
#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

using llvm::Value;

//===--- Runs and tasks ---------------------------------------------------===//

void for_runs(KernelFrame &frame, Value *k, Value *run_k, Value *runs,
              const std::function<void(const Run &)> &body) {
  llvm::IRBuilderBase &b = frame.b;
  emit_for(frame, frame.index(0), runs, [&](Value *number) {
    Value *begin = b.CreateMul(number, run_k);
    Value *count = smaller(b, run_k, b.CreateSub(k, begin));
    body({{begin, count},
          b.CreateICmpNE(number, frame.index(0)),
          b.CreateICmpEQ(b.CreateAdd(number, frame.index(1)), runs)});
  });
}

Interval take_part(llvm::IRBuilderBase &b, Value *&number, Value *parts,
                   Value *most, Value *extent) {
  Value *quotient = b.CreateUDiv(number, parts);
  Value *begin =
      b.CreateMul(b.CreateSub(number, b.CreateMul(quotient, parts)), most);
  number = quotient;
  return {begin, smaller(b, most, b.CreateSub(extent, begin))};
}

Value *wanted_tasks(KernelFrame &frame, int64_t most) {
  if (!frame.threads)
    return frame.index(most);
  // Some for each thread, as threads are not equally fast.
  constexpr int64_t tasks_of_a_thread = 4;
  llvm::IRBuilderBase &b = frame.b;
  Value *few =
      smaller(b, frame.index(most),
              b.CreateMul(frame.threads, frame.index(tasks_of_a_thread)));
  Value *wanted = b.CreateSelect(b.CreateICmpSGT(frame.threads, frame.index(1)),
                                 few, frame.index(1));
  return b.CreateSelect(b.CreateICmpSGT(frame.threads, frame.index(0)), wanted,
                        frame.index(most));
}

//===--- Arithmetic -------------------------------------------------------===//

Value *ceil_div(llvm::IRBuilderBase &b, Value *x, Value *y) {
  return b.CreateUDiv(b.CreateAdd(x, b.CreateSub(y, b.getInt64(1))), y);
}

Value *round_up(llvm::IRBuilderBase &b, Value *x, Value *y) {
  return b.CreateMul(ceil_div(b, x, y), y);
}

Value *smaller(llvm::IRBuilderBase &b, Value *x, Value *y) {
  return b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, x, y);
}

Value *larger(llvm::IRBuilderBase &b, Value *x, Value *y) {
  return b.CreateBinaryIntrinsic(llvm::Intrinsic::smax, x, y);
}

Value *element(llvm::IRBuilderBase &b, llvm::Type *type, Value *pointer,
               Value *offset) {
  return b.CreateGEP(type, pointer, offset);
}

//===--- SizeCode ---------------------------------------------------------===//

SizeCode::SizeCode(KernelFrame &frame) : frame_(frame) {
  llvm::BasicBlock *values = frame.block("sizes");
  llvm::BasicBlock *after = frame.block("after_sizes");
  frame.b.CreateBr(values);
  frame.b.SetInsertPoint(values);
  end_ = frame.b.CreateBr(after);
  frame.b.SetInsertPoint(after);
}

Value *SizeCode::value(const analysis::SizePolynomial &polynomial) {
  if (auto constant = polynomial.constant())
    return frame_.index(*constant);
  Value *&value = values_[polynomial.terms()];
  if (value)
    return value;
  llvm::IRBuilderBase::InsertPointGuard guard(b());
  b().SetInsertPoint(end_);
  value = frame_.index(0);
  for (const auto &[monomial, coefficient] : polynomial.terms()) {
    Value *product = frame_.index(coefficient);
    for (uint32_t parameter : monomial)
      product = b().CreateMul(product, frame_.sizes[parameter]);
    value = b().CreateAdd(value, product);
  }
  return value;
}

Value *SizeCode::extent(const analysis::IndexSpace &space,
                        const std::vector<uint32_t> &variables) {
  analysis::SizePolynomial product(1);
  for (uint32_t variable : variables)
    product = product * analysis::SizePolynomial::of(space.extents[variable]);
  return value(product);
}

Value *SizeCode::add_terms(Value *base, const analysis::Affine &form,
                           const IndexValues &indices) {
  for (const auto &[variable, coefficient] : form.terms)
    if (Value *index = indices.lookup(variable))
      base = b().CreateAdd(base, b().CreateMul(value(coefficient), index));
  return base;
}

void split_index(SizeCode &sizes, const std::vector<analysis::LoopSpan> &spans,
                 Value *flat, IndexValues &indices) {
  llvm::IRBuilderBase &b = sizes.b();
  for (size_t s = spans.size(); s-- > 0;) {
    if (s == 0) {
      indices[spans[s].variable] = flat;
      return;
    }
    Value *extent = sizes.value(spans[s].extent);
    Value *quotient = b.CreateUDiv(flat, extent);
    indices[spans[s].variable] =
        b.CreateSub(flat, b.CreateMul(quotient, extent));
    flat = quotient;
  }
}

void split_index(SizeCode &sizes, const analysis::IndexSpace &space,
                 const std::vector<uint32_t> &variables, Value *flat,
                 IndexValues &indices) {
  std::vector<analysis::LoopSpan> spans;
  for (uint32_t variable : variables)
    spans.push_back(
        {variable, analysis::SizePolynomial::of(space.extents[variable])});
  split_index(sizes, spans, flat, indices);
}

//===--- FactorCode -------------------------------------------------------===//

LaneValue FactorCode::value(NodeId id) {
  if (auto same = factor_->same_as.find(id); same != factor_->same_as.end())
    id = same->second;
  auto found = values_.find(id);
  if (found != values_.end())
    return found->second;
  const Node &node = lanes_.frame().kernel.nodes[id];
  LaneValue result;
  if (node.kind == NodeKind::constant) {
    result = lanes_.constant(node.type, node.bits);
  } else if (node.kind == NodeKind::size) {
    result = LaneValue::uniform(DType::i64, lanes_.frame().sizes[node.index]);
  } else {
    llvm::SmallVector<LaneValue, 3> arguments;
    for (NodeId argument : node.args)
      arguments.push_back(value(argument));
    result = lanes_.apply(node.op, node.type, arguments);
  }
  values_[id] = result;
  return result;
}

} // namespace landfall::kernels
