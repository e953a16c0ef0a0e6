//===- contraction_epilogue.cpp - From sums to results --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_epilogue.h"
#include "compiler/kernels/frame/loop_builder.h"
#include "kernel_analysis/access/work_estimate.h"

#include <algorithm>

namespace landfall::kernels {

using llvm::Value;

/// Most rows of blocks have so many vectors.
static constexpr int64_t usual_vectors = 2;

analysis::Affine result_form(const Kernel &kernel) {
  analysis::Affine form;
  analysis::SizePolynomial stride(1);
  for (size_t v = kernel.loops.size(); v-- > 0;) {
    form.terms[static_cast<uint32_t>(v)] = stride;
    stride = stride * analysis::SizePolynomial::of(kernel.loops[v]);
  }
  return form;
}

Epilogue::Epilogue(SizeCode &sizes, Lanes &lanes,
                   const analysis::ContractionRoles &roles)
    : sizes_(sizes), lanes_(lanes), roles_(roles),
      kernel_(lanes.frame().kernel),
      has_checks_(llvm::any_of(kernel_.body.nodes,
                               [&](NodeId id) {
                                 return kernel_.nodes[id].kind ==
                                        NodeKind::check;
                               })),
      joined_(lanes_join()), rows_join_(rows_join()), is_short_(is_short()) {}

bool Epilogue::lanes_join() const {
  if (roles_.n_loops.size() <= 1)
    return true;
  if (has_checks_)
    return false;
  const std::vector<NodeId> &params = kernel_.body.params;
  analysis::IndexSpace space{{params.begin(), params.end() - 1}, kernel_.loops};
  for (NodeId value : kernel_.body.yields) {
    Result<analysis::Factor> factor =
        analysis::read_factor(kernel_, space, value);
    if (!factor ||
        analysis::join_loops(*factor, space, roles_.n_loops).size() > 1)
      return false;
    // Guards are emitted in terms of the original loops, which a flattened loop
    // has no indices for.
    for (const analysis::FactorLoad &load : factor->loads) {
      const Node &node = kernel_.nodes[load.node];
      if (node.args.size() > kernel_.operands[node.index].dims.size())
        return false;
    }
  }
  return true;
}

void Epilogue::emit(const SumBlock &block, const IndexValues &batch) {
  if (block.is_narrow && joined_ && !has_checks_ && !lanes_.is_scalable())
    return emit_narrow(block, batch);
  KernelFrame &frame = sizes_.frame();
  llvm::IRBuilderBase &b = sizes_.b();
  std::vector<Value *> operands = frame.operands;
  // Pointers that advance from row to row: to the sums; and for each copy, one
  // from which an offset into the operand leads to the element in the copy.
  llvm::SmallVector<Walk, 4> walks = {
      {block.sums, bytes_of(block.stride, kernel_.accumulator)}};
  for (const BlockCopy &copy : block.copies) {
    frame.copied.push_back(copy.operand);
    walks.push_back(redirected(copy, block.stride));
  }
  // Then the indices of the row: dividing for each takes as long as a vector.
  llvm::SmallVector<Value *, 4> starts;
  for (const Walk &walk : walks)
    starts.push_back(walk.start);
  IndexValues indices = batch;
  split_index(sizes_, roles_.space, roles_.m_loops, block.rows.begin, indices);
  for (uint32_t loop : roles_.m_loops)
    starts.push_back(indices.lookup(loop));
  emit_for(frame, frame.index(0), block.rows.count, frame.index(1), starts,
           [&](Value *, llvm::ArrayRef<Value *> now) {
             auto row = now.drop_front(walks.size());
             for (auto [loop, value] : llvm::zip(roles_.m_loops, row))
               indices[loop] = value;
             for (size_t k = 0; k < block.copies.size(); ++k)
               frame.operands[block.copies[k].operand] = now[k + 1];
             emit_row(block, now[0], indices);
             Values next;
             for (size_t k = 0; k < walks.size(); ++k)
               next.push_back(
                   b.CreateGEP(b.getInt8Ty(), now[k], walks[k].step));
             next.append(next_row(row));
             return next;
           });
  frame.operands = operands;
  frame.copied.clear();
}

/// The indices of the M loops at the next row.
Values Epilogue::next_row(llvm::ArrayRef<Value *> row) {
  llvm::IRBuilderBase &b = sizes_.b();
  Values next(row.begin(), row.end());
  Value *step = sizes_.frame().index(1);
  for (size_t k = next.size(); k-- > 0;) {
    next[k] = b.CreateAdd(next[k], step);
    if (k == 0)
      break; // It does not begin again.
    Value *ends = b.CreateICmpEQ(
        next[k], sizes_.extent(roles_.space, {roles_.m_loops[k]}));
    next[k] = b.CreateSelect(ends, sizes_.frame().index(0), next[k]);
    step = b.CreateZExt(ends, b.getInt64Ty());
  }
  return next;
}

Value *Epilogue::bytes_of(Value *elements, DType type) {
  return sizes_.b().CreateMul(elements, sizes_.frame().index(size_of(type)));
}

/// The pointer that stands for the operand; the operand itself if the copy does
/// not exist.
Epilogue::Walk Epilogue::redirected(const BlockCopy &copy, Value *stride) {
  llvm::IRBuilderBase &b = sizes_.b();
  DType type = kernel_.operands[copy.operand].dtype;
  Value *start = b.CreateGEP(b.getInt8Ty(), copy.address,
                             b.CreateNeg(bytes_of(copy.begin, type)));
  Value *step = bytes_of(b.CreateSub(stride, copy.stride), type);
  Value *operand = sizes_.frame().operands[copy.operand];
  return {b.CreateSelect(copy.exists, start, operand),
          b.CreateSelect(copy.exists, step, sizes_.frame().index(0))};
}

/// `sums`: the address of the row.
void Epilogue::emit_row(const SumBlock &block, Value *sums,
                        const IndexValues &indices) {
  llvm::IRBuilderBase &b = sizes_.b();
  llvm::Type *type = lanes_.scalar_type(kernel_.accumulator);
  if (joined_)
    return emit_lanes(sums, block.lanes.begin, block.lanes.count, indices);
  // One piece of the row for each value of the outer N loops.
  std::vector<uint32_t> outer = roles_.n_loops;
  outer.pop_back();
  Value *extent = sizes_.extent(roles_.space, {roles_.n_loops.back()});
  Value *end = b.CreateAdd(block.lanes.begin, block.lanes.count);
  emit_for(sizes_.frame(), b.CreateUDiv(block.lanes.begin, extent),
           ceil_div(b, end, extent), [&](Value *number) {
             Value *start = b.CreateMul(number, extent);
             Value *low = larger(b, block.lanes.begin, start);
             Value *high = smaller(b, end, b.CreateAdd(start, extent));
             IndexValues at = indices;
             split_index(sizes_, roles_.space, outer, number, at);
             emit_lanes(
                 element(b, type, sums, b.CreateSub(low, block.lanes.begin)),
                 b.CreateSub(low, start), b.CreateSub(high, low), at);
           });
}

/// Indices [first, first + count) of the innermost N loop.
void Epilogue::emit_lanes(Value *sums, Value *first, Value *count,
                          const IndexValues &indices) {
  llvm::IRBuilderBase &b = sizes_.b();
  llvm::Type *type = lanes_.scalar_type(kernel_.accumulator);
  Value *whole = b.CreateSub(count, lanes_.is_scalable()
                                        ? lanes_.remainder(count)
                                        : b.CreateURem(count, lanes_.step()));
  auto vector = [&](Value *lane) {
    Value *sum = b.CreateAlignedLoad(
        lanes_.vector_type(kernel_.accumulator), element(b, type, sums, lane),
        llvm::Align(static_cast<uint64_t>(size_of(kernel_.accumulator))));
    emit_vector(sum, b.CreateAdd(first, lane), indices);
  };
  auto in_loop = [&] {
    emit_for(sizes_.frame(), sizes_.frame().index(0), whole, lanes_.step(), {},
             [&](Value *lane, llvm::ArrayRef<Value *>) {
               vector(lane);
               return Values();
             });
    emit_if(sizes_.frame(), b.CreateICmpSLT(whole, count), [&] {
      lanes_.set_active(b.CreateSub(count, whole));
      vector(whole);
      lanes_.set_active(nullptr);
    });
    return Values();
  };
  if (!is_short_) {
    in_loop();
    return;
  }
  int64_t width = lanes_.fixed_width();
  Value *usual = sizes_.frame().index(usual_vectors * width);
  emit_if(
      sizes_.frame(), b.CreateICmpEQ(count, usual),
      [&] {
        for (int64_t v = 0; v < usual_vectors; ++v)
          vector(sizes_.frame().index(v * width));
        return Values();
      },
      in_loop);
}

bool Epilogue::is_short() const {
  constexpr double little = 24;
  return !lanes_.is_scalable() && !lanes_.is_scalar() &&
         analysis::work_of(kernel_, kernel_.body) <= little;
}

/// A body at these indices but those of M, where they are not given.
BodyEmitter Epilogue::begin_body(const IndexValues &indices, Value *first) {
  BodyEmitter body(lanes_);
  for (uint32_t v = 0; v < kernel_.loops.size(); ++v) {
    Value *index = indices.lookup(v);
    if (!index && llvm::is_contained(roles_.m_loops, v))
      continue;
    LaneValue value =
        LaneValue::uniform(DType::i64, index ? index : sizes_.frame().index(0));
    if (!roles_.n_loops.empty() && v == roles_.n_loops.back())
      value = lanes_.index(first);
    body.bind(kernel_.body.params[v], value);
  }
  return body;
}

void Epilogue::emit_vector(Value *sum, Value *first,
                           const IndexValues &indices) {
  BodyEmitter body = begin_body(indices, first);
  for (uint32_t loop : roles_.m_loops)
    if (!indices.contains(loop))
      body.bind(kernel_.body.params[loop],
                LaneValue::uniform(DType::i64, sizes_.frame().index(0)));
  body.bind(kernel_.body.params.back(),
            lanes_.is_scalar() ? LaneValue::uniform(kernel_.accumulator, sum)
                               : LaneValue::varying(kernel_.accumulator, sum));
  body.emit(kernel_.body);
  store(body, result_offset(indices, first));
}

/// Stores what the body yields, from lane 0 at this offset on.
void Epilogue::store(BodyEmitter &body, Value *start) {
  LaneValue offset = lanes_.index(start);
  size_t yield = 0;
  for (size_t k = 0; k < kernel_.operands.size(); ++k)
    if (kernel_.operands[k].written)
      lanes_.store(kernel_.operands[k].dtype, sizes_.frame().operands[k],
                   offset, body.value(kernel_.body.yields[yield++]));
}

/// Lane 0 is at index `first` of the innermost N loop.
Value *Epilogue::result_offset(const IndexValues &indices, Value *first) {
  IndexValues at = indices;
  if (!roles_.n_loops.empty())
    at[roles_.n_loops.back()] = first;
  return sizes_.add_terms(sizes_.frame().index(0), result_form(kernel_), at);
}

} // namespace landfall::kernels
