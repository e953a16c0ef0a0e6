//===- loop_generator.cpp - Code for maps and loops -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loop_generator.h"

#include "compiler/kernels/body_emitter.h"
#include "compiler/kernels/collapse_loops.h"
#include "compiler/kernels/contraction_as_map.h"
#include "compiler/kernels/interior.h"
#include "compiler/kernels/loop_plan.h"
#include "compiler/kernels/task_split.h"

namespace landfall {

using llvm::Value;

namespace {

/// The nest of one task's loops, from the rows inwards.
class NestEmitter {
public:
  NestEmitter(KernelFrame &frame, const LoopPlan &plan, const TaskSplit &split)
      : frame_(frame), b(frame.b), plan_(plan), split_(split),
        interior_(frame.kernel, plan), scalar_(frame, 1),
        vector_(frame, plan.width), wide_(frame, plan.width * plan.unroll) {}

  void emit(Value *task);

private:
  const Kernel &kernel() const { return frame_.kernel; }
  uint32_t loop(size_t place) const { return plan_.order[place]; }
  Value *extent(size_t place) {
    return frame_.extent(kernel().loops[loop(place)]);
  }
  NodeId param(size_t place) const { return kernel().body.params[loop(place)]; }
  Lanes &lanes_at(size_t place) {
    return place > plan_.lane_place ? *lanes_ : scalar_;
  }
  void for_lanes_and_edges(Value *low, Value *high, BodyEmitter &outer,
                           const std::function<void(LaneValue index)> &body);
  Values first_row_indices(Value *row);
  Values next_row_indices(llvm::ArrayRef<Value *> indices);
  void emit_rows(Value *first, Value *last, BodyEmitter &outer);
  void emit_nodes(size_t from, size_t to, BodyEmitter &body);
  void emit_loop(size_t place, BodyEmitter &outer);
  void emit_tiles(size_t place, Value *low, Value *high, BodyEmitter &outer);
  void for_lanes(Value *low, Value *high,
                 const std::function<void(LaneValue index)> &body);
  void emit_inside(size_t place, LaneValue index, BodyEmitter &outer);
  void emit_results(BodyEmitter &body);

  KernelFrame &frame_;
  llvm::IRBuilderBase &b;
  const LoopPlan &plan_;
  const TaskSplit &split_;
  Interior interior_;
  bool inside_ = false; ///< In code for the interior only.
  Lanes scalar_;
  Lanes vector_;
  Lanes wide_;
  Lanes *lanes_ = &vector_; ///< Those of the group being emitted.
  Value *piece_low_ = nullptr;
  Value *piece_high_ = nullptr;
};

void NestEmitter::emit(Value *task) {
  auto least = [&](Value *x, Value *y) {
    return b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, x, y);
  };
  Value *block = b.CreateUDiv(task, split_.pieces);
  Value *piece = b.CreateSub(task, b.CreateMul(block, split_.pieces));
  Value *first = b.CreateMul(block, split_.rows_per_task);
  Value *last = least(b.CreateAdd(first, split_.rows_per_task), split_.rows);
  piece_low_ = b.CreateMul(piece, split_.piece);
  piece_high_ = least(b.CreateAdd(piece_low_, split_.piece), split_.extent);
  BodyEmitter outer(scalar_);
  emit_nodes(0, 0, outer);
  emit_rows(first, last, outer);
}

Values NestEmitter::first_row_indices(Value *row) {
  Values indices(plan_.row_loops, nullptr);
  for (size_t place = plan_.row_loops; place-- > 0;) {
    if (place == 0) {
      indices[place] = row;
      break;
    }
    Value *quotient = b.CreateUDiv(row, extent(place));
    indices[place] = b.CreateSub(row, b.CreateMul(quotient, extent(place)));
    row = quotient;
  }
  return indices;
}

/// Counts up like a clock.
Values NestEmitter::next_row_indices(llvm::ArrayRef<Value *> indices) {
  Values next(indices.begin(), indices.end());
  Value *carry = frame_.index(1);
  for (size_t place = indices.size(); place-- > 0;) {
    Value *up = b.CreateAdd(indices[place], carry);
    if (place == 0) {
      next[place] = up;
      break;
    }
    Value *full = b.CreateICmpEQ(up, extent(place));
    next[place] = b.CreateSelect(full, frame_.index(0), up);
    carry = b.CreateZExt(full, b.getInt64Ty());
  }
  return next;
}

void NestEmitter::emit_rows(Value *first, Value *last, BodyEmitter &outer) {
  if (plan_.row_loops == 0)
    return emit_loop(0, outer);
  emit_for(frame_, first, last, frame_.index(1), first_row_indices(first),
           [&](Value *, llvm::ArrayRef<Value *> indices) {
             BodyEmitter row(scalar_, &outer);
             for (size_t place = 0; place < plan_.row_loops; ++place)
               row.bind(param(place),
                        LaneValue::uniform(DType::i64, indices[place]));
             emit_nodes(1, plan_.row_loops, row);
             emit_loop(plan_.row_loops, row);
             return next_row_indices(indices);
           });
}

/// The nodes that stand in `from` to `to` loops.
void NestEmitter::emit_nodes(size_t from, size_t to, BodyEmitter &body) {
  for (size_t k = 0; k < plan_.depth.size(); ++k)
    if (plan_.depth[k] >= from && plan_.depth[k] <= to)
      body.emit(kernel().body.nodes[k]);
}

void NestEmitter::emit_loop(size_t place, BodyEmitter &outer) {
  if (place == plan_.order.size())
    return emit_results(outer);
  bool cut = plan_.cuts && place == plan_.row_loops;
  Value *low = cut ? piece_low_ : frame_.index(0);
  Value *high = cut ? piece_high_ : extent(place);
  if (plan_.tiled && place + 1 == plan_.lane_place)
    return emit_tiles(place, low, high, outer);
  if (place == plan_.lane_place)
    return for_lanes(
        low, high, [&](LaneValue index) { emit_inside(place, index, outer); });
  emit_for(frame_, low, high, [&](Value *index) {
    emit_inside(place, LaneValue::uniform(DType::i64, index), outer);
  });
}

/// Blocks of the walk along the reads; in each, groups of lanes; in each, the
/// block: cache lines that lanes stride over serve the whole block.
void NestEmitter::emit_tiles(size_t place, Value *low, Value *high,
                             BodyEmitter &outer) {
  constexpr int64_t side = 16;
  auto block = [&](Value *first) {
    Value *end = b.CreateBinaryIntrinsic(
        llvm::Intrinsic::smin, b.CreateAdd(first, frame_.index(side)), high);
    for_lanes(frame_.index(0), extent(place + 1), [&](LaneValue index) {
      emit_for(frame_, first, end, [&](Value *walk) {
        BodyEmitter body(*lanes_, &outer);
        body.bind(param(place), LaneValue::uniform(DType::i64, walk));
        body.bind(param(place + 1), index);
        emit_nodes(place + 1, place + 2, body);
        emit_results(body);
      });
    });
  };
  emit_for(frame_, low, high, frame_.index(side), {},
           [&](Value *first, llvm::ArrayRef<Value *>) {
             block(first);
             return Values();
           });
}

/// Whole groups of lanes, several at once first; then the rest in one masked
/// group.
void NestEmitter::for_lanes(Value *low, Value *high,
                            const std::function<void(LaneValue index)> &body) {
  auto groups = [&](Lanes &lanes) {
    lanes_ = &lanes;
    Value *count = b.CreateSub(high, low);
    Value *whole = b.CreateSub(high, b.CreateSRem(count, lanes.step()));
    emit_for(frame_, low, whole, lanes.step(), {},
             [&](Value *index, llvm::ArrayRef<Value *>) {
               body(lanes.index(index));
               return Values();
             });
    low = b.CreateBinaryIntrinsic(llvm::Intrinsic::smax, low, whole);
  };
  if (plan_.unroll > 1)
    groups(wide_);
  groups(vector_);
  emit_if(frame_, b.CreateICmpSLT(low, high), [&] {
    vector_.set_active(b.CreateSub(high, low));
    body(vector_.index(low));
    vector_.set_active(nullptr);
  });
}

/// Groups that lie in the interior go the short way, all others through the
/// guards, masked.
void NestEmitter::for_lanes_and_edges(
    Value *low, Value *high, BodyEmitter &outer,
    const std::function<void(LaneValue index)> &body) {
  Interior::Range range = interior_.emit(frame_, [&](NodeId index) {
    return outer.has(index) ? outer.value(index).scalar() : nullptr;
  });
  Value *step = vector_.step();
  Value *last =
      b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, range.high, high);
  auto group = [&](Value *index) {
    Value *next = b.CreateAdd(index, step);
    Value *within = b.CreateAnd(b.CreateICmpSGE(index, range.low),
                                b.CreateICmpSLE(next, last));
    emit_if(
        frame_, within,
        [&] {
          inside_ = true;
          body(vector_.index(index));
          inside_ = false;
          return Values();
        },
        [&] {
          vector_.set_active(b.CreateBinaryIntrinsic(
              llvm::Intrinsic::smin, step, b.CreateSub(high, index)));
          body(vector_.index(index));
          vector_.set_active(nullptr);
          return Values();
        });
  };
  emit_for(frame_, low, high, step, {},
           [&](Value *index, llvm::ArrayRef<Value *>) {
             group(index);
             return Values();
           });
}

void NestEmitter::emit_inside(size_t place, LaneValue index,
                              BodyEmitter &outer) {
  BodyEmitter body(lanes_at(place + 1), &outer);
  if (inside_)
    body.assume(&interior_.comparisons());
  body.bind(param(place), index);
  emit_nodes(place + 1, place + 1, body);
  emit_loop(place + 1, body);
}

/// A map's values, stored at the point itself.
void NestEmitter::emit_results(BodyEmitter &body) {
  if (kernel().kind == KernelClass::loops)
    return;
  size_t result = 0;
  for (uint32_t k = 0; k < kernel().operands.size(); ++k) {
    if (!kernel().operands[k].written)
      continue;
    LaneValue offset = body.offset(k, kernel().body.params);
    body.lanes().store(kernel().operands[k].dtype, frame_.operands[k], offset,
                       body.value(kernel().body.yields[result++]));
  }
}

class LoopGenerator : public TaskGenerator {
public:
  LoopGenerator(CollapsedKernel collapsed, const Machine &machine)
      : collapsed_(std::move(collapsed)),
        plan_(plan_loops(collapsed_.kernel, machine)) {}

  const Kernel *rewritten() const override { return &collapsed_.kernel; }
  void derive_sizes(KernelFrame &frame) override {
    auto value = [&](const Extent &e) { return frame.extent(e); };
    for (const SizeProduct &product : collapsed_.products)
      frame.sizes.push_back(
          frame.b.CreateMul(value(product.outer), value(product.inner)));
  }
  Plan plan(KernelFrame &frame) override {
    return {emit_task_split(frame, plan_).tasks, frame.index(0)};
  }
  void prologue(KernelFrame &frame) override {
    split_ = emit_task_split(frame, plan_);
  }
  void task(KernelFrame &frame, Value *number) override {
    NestEmitter(frame, plan_, split_).emit(number);
  }

private:
  CollapsedKernel collapsed_;
  LoopPlan plan_;
  TaskSplit split_;
};

} // namespace

std::unique_ptr<TaskGenerator> make_loop_generator(const Kernel &kernel,
                                                   const Machine &machine) {
  bool sums = kernel.kind == KernelClass::contraction;
  return std::make_unique<LoopGenerator>(
      collapse_loops(sums ? contraction_as_map(kernel) : kernel), machine);
}

} // namespace landfall
