//===- epilogue_rows.cpp - The results of few vectors of lanes ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Vector by vector: what depends on the lanes alone is computed before the
// rows, for quantised sums also what makes them cheap (requantization.h). A few
// rows are stored so, and once more, operation by operation, if one of them is
// not sure.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/body/body_values.h"
#include "compiler/kernels/body/requantization.h"
#include "compiler/kernels/contraction/contraction_epilogue.h"
#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

using llvm::Value;

/// So many rows are stored before it is asked whether they are sure.
static constexpr int64_t rows_of_a_question = 4;

class Epilogue::Rows {
public:
  Rows(Epilogue &epilogue, const SumBlock &block, Value *lane,
       const IndexValues &batch)
      : e_(epilogue), b_(e_.sizes_.b()), block_(block), batch_(batch),
        first_(b_.CreateAdd(block.lanes.begin, lane)),
        sums_(element(b_, e_.lanes_.scalar_type(type()), block.sums, lane)),
        of_lanes_(e_.begin_body(batch, first_)) {
    for (NodeId yield : e_.kernel_.body.yields)
      emit_known(yield, of_lanes_);
    loop_step_ =
        e_.roles_.m_loops.empty()
            ? index(0)
            : e_.sizes_.value(result_form(e_.kernel_)
                                  .coefficient(e_.roles_.m_loops.back()));
  }

  void emit() {
    if (!e_.rows_join_)
      return walk();
    result_ = e_.result_offset(indices(block_.rows.begin), first_);
    Requantizations quantised(of_lanes_);
    if (quantised.empty())
      return emit_exactly(index(0), block_.rows.count);
    emit_for(frame(), index(0), block_.rows.count, index(rows_of_a_question),
             {}, [&](Value *begin, llvm::ArrayRef<Value *>) {
               Value *end =
                   smaller(b_, b_.CreateAdd(begin, index(rows_of_a_question)),
                           block_.rows.count);
               emit_quickly(begin, end, quantised);
               return Values();
             });
  }

private:
  KernelFrame &frame() { return e_.sizes_.frame(); }
  Value *index(int64_t value) { return frame().index(value); }
  DType type() const { return e_.kernel_.accumulator; }

  /// The indices at a row, counted along all M loops, which join.
  IndexValues indices(Value *row) {
    IndexValues at = batch_;
    for (uint32_t loop : e_.roles_.m_loops)
      at[loop] = loop == e_.roles_.m_loops.back() ? row : index(0);
    return at;
  }

  void bind(BodyEmitter &body, const IndexValues &at, Value *sums) {
    for (uint32_t loop : e_.roles_.m_loops)
      body.bind(e_.kernel_.body.params[loop],
                LaneValue::uniform(DType::i64, at.lookup(loop)));
    Value *sum = b_.CreateAlignedLoad(e_.lanes_.vector_type(type()), sums,
                                      llvm::Align(uint64_t(size_of(type()))));
    body.bind(e_.kernel_.body.params.back(),
              e_.lanes_.is_scalar() ? LaneValue::uniform(type(), sum)
                                    : LaneValue::varying(type(), sum));
  }

  void finish(BodyEmitter &body, Value *result) {
    for (NodeId yield : e_.kernel_.body.yields)
      emit_value(yield, body);
    e_.store(body, result);
  }

  /// A row, counted from the block's first, where rows join.
  void emit_row(Value *row, llvm::function_ref<void(BodyEmitter &)> before) {
    BodyEmitter body(e_.lanes_, &of_lanes_);
    bind(body, indices(b_.CreateAdd(block_.rows.begin, row)),
         element(b_, e_.lanes_.scalar_type(type()), sums_,
                 b_.CreateMul(row, block_.stride)));
    before(body);
    finish(body, b_.CreateAdd(result_, b_.CreateMul(row, loop_step_)));
  }

  void emit_exactly(Value *begin, Value *end) {
    emit_for(frame(), begin, end,
             [&](Value *row) { emit_row(row, [](BodyEmitter &) {}); });
  }

  void emit_quickly(Value *begin, Value *end,
                    const Requantizations &quantised) {
    Values unsure = emit_for(
        frame(), begin, end, index(1), {quantised.unusable()},
        [&](Value *row, llvm::ArrayRef<Value *> before) {
          Value *now = before[0];
          emit_row(row, [&](BodyEmitter &body) { quantised.bind(body, now); });
          return Values{now};
        });
    Value *differs = b_.CreateIsNotNull(unsure[0]);
    Value *any = e_.lanes_.any_of(LaneValue::varying(DType::boolean, differs));
    emit_if(frame(), any, [&] { emit_exactly(begin, end); });
  }

  /// Row after row, where they do not join.
  void walk() {
    const std::vector<uint32_t> &loops = e_.roles_.m_loops;
    IndexValues at = batch_;
    split_index(e_.sizes_, e_.roles_.space, loops, block_.rows.begin, at);
    Values starts = {sums_};
    for (uint32_t loop : loops)
      starts.push_back(at.lookup(loop));
    llvm::Type *scalar = e_.lanes_.scalar_type(type());
    emit_for(frame(), index(0), block_.rows.count, index(1), starts,
             [&](Value *, llvm::ArrayRef<Value *> now) {
               BodyEmitter body(e_.lanes_, &of_lanes_);
               auto row = now.drop_front(1);
               for (auto [loop, value] : llvm::zip(loops, row))
                 at[loop] = value;
               bind(body, at, now[0]);
               finish(body, e_.result_offset(at, first_));
               Values next = {element(b_, scalar, now[0], block_.stride)};
               next.append(e_.next_row(row));
               return next;
             });
  }

  Epilogue &e_;
  llvm::IRBuilderBase &b_;
  const SumBlock &block_;
  const IndexValues &batch_;
  Value *first_; ///< The index of lane 0.
  Value *sums_;  ///< The address of the first row's.
  BodyEmitter of_lanes_;
  // Where rows join: the offset of the first row's result, and to the next.
  Value *result_ = nullptr, *loop_step_;
};

void Epilogue::emit_narrow(const SumBlock &block, const IndexValues &batch) {
  llvm::IRBuilderBase &b = sizes_.b();
  Value *count = block.lanes.count;
  Value *whole = b.CreateSub(count, b.CreateURem(count, lanes_.step()));
  emit_for(sizes_.frame(), sizes_.frame().index(0), whole, lanes_.step(), {},
           [&](Value *lane, llvm::ArrayRef<Value *>) {
             Rows(*this, block, lane, batch).emit();
             return Values();
           });
  emit_if(sizes_.frame(), b.CreateICmpSLT(whole, count), [&] {
    lanes_.set_active(b.CreateSub(count, whole));
    Rows(*this, block, whole, batch).emit();
    lanes_.set_active(nullptr);
  });
}

bool Epilogue::rows_join() const {
  analysis::Affine form = result_form(kernel_);
  for (size_t k = 1; k < roles_.m_loops.size(); ++k) {
    uint32_t loop = roles_.m_loops[k];
    if (form.coefficient(roles_.m_loops[k - 1]) !=
        form.coefficient(loop) *
            analysis::SizePolynomial::of(roles_.space.extents[loop]))
      return false;
  }
  const std::vector<NodeId> &params = kernel_.body.params;
  analysis::IndexSpace space{{params.begin(), params.end() - 1}, kernel_.loops};
  llvm::SmallDenseSet<NodeId> of_rows; // Indices that depend on the row.
  for (uint32_t loop : roles_.m_loops)
    of_rows.insert(params[loop]);
  for (NodeId id : kernel_.body.nodes) {
    const Node &node = kernel_.nodes[id];
    auto depends = [&](NodeId arg) { return of_rows.contains(arg); };
    if (!node.blocks.empty())
      return false;
    if (llvm::none_of(node.args, depends))
      continue;
    if (node.kind == NodeKind::scalar && node.type == DType::i64) {
      of_rows.insert(id);
      continue;
    }
    if (node.kind != NodeKind::load ||
        node.args.size() > kernel_.operands[node.index].dims.size())
      return false;
    Result<analysis::Factor> load = analysis::read_factor(kernel_, space, id);
    if (!load || analysis::join_loops(*load, space, roles_.m_loops).size() > 1)
      return false;
  }
  return true;
}

} // namespace landfall::kernels
