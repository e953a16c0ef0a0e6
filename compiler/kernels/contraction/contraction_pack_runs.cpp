//===- contraction_pack_runs.cpp - Packing runs of elements ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Lanes are runs that lie in memory as they are packed: the channels of one tap
// of a window, where channels are innermost. Rows move along the innermost row
// loop; where the guard of a tap holds there is one interval of it. So a row of
// an image is packed tap by tap: the rows before that interval and behind it
// are filled, those within copied, without a test for each.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_pack.h"
#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/frame/shared_function.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// The same part of some rows' runs.
struct RunRows {
  Value *to, *stride; ///< In the copy; from one row to the next, in bytes.
  Value *rows, *bytes;
};

class RunPacker {
public:
  RunPacker(Packer &packer, const PackTarget &target)
      : p_(packer), b_(packer.b()), target_(target),
        number_(packer.side.load_of_value()), load_(packer.loads()[number_]),
        size_(size_of(packer.type)), outer_rows_(packer.side.rows),
        outer_lanes_(packer.side.lanes) {
    row_ = take_innermost(outer_rows_);
    run_ = take_innermost(outer_lanes_);
    stride_ = bytes_of(target.stride);
    row_step_ = bytes_of(p_.sizes.value(p_.side.row_step(load_.offset)));
    FactorCode code(p_.lanes, p_.side.factor);
    code.set(load_.node, p_.other(number_, code));
    outside_ = b_.CreateExtractElement(p_.packed(code), uint64_t(0));
  }

  void emit() {
    for_parts(target_.rows, outer_rows_, row_, [&](const Part &rows) {
      for_parts(target_.lanes, outer_lanes_, run_,
                [&](const Part &run) { emit_rows(rows, run); });
    });
  }

private:
  /// A part of an innermost loop, at fixed indices of the others.
  struct Part {
    IndexValues outer;
    Interval inside;
    Value *place; ///< Its first index, counted from the interval's.
  };

  Value *index(int64_t value) { return p_.frame().index(value); }
  Value *bytes_of(Value *count) { return b_.CreateMul(count, index(size_)); }
  Value *byte(Value *pointer, Value *offset) {
    return element(b_, b_.getInt8Ty(), pointer, offset);
  }

  static std::optional<analysis::LoopSpan>
  take_innermost(std::vector<analysis::LoopSpan> &spans) {
    if (spans.empty())
      return std::nullopt;
    analysis::LoopSpan last = spans.back();
    spans.pop_back();
    return last;
  }

  /// Executes `body` for the parts of an interval of flattened loops.
  void for_parts(const Interval &interval,
                 const std::vector<analysis::LoopSpan> &outer,
                 const std::optional<analysis::LoopSpan> &inner,
                 const std::function<void(const Part &)> &body) {
    Value *extent = inner ? p_.sizes.value(inner->extent) : index(1);
    Value *end = b_.CreateAdd(interval.begin, interval.count);
    emit_for(p_.frame(), b_.CreateUDiv(interval.begin, extent),
             ceil_div(b_, end, extent), [&](Value *number) {
               Value *start = b_.CreateMul(number, extent);
               Value *low = larger(b_, interval.begin, start);
               Value *high = smaller(b_, end, b_.CreateAdd(start, extent));
               Part part{IndexValues(),
                         {b_.CreateSub(low, start), b_.CreateSub(high, low)},
                         b_.CreateSub(low, interval.begin)};
               split_index(p_.sizes, outer, number, part.outer);
               body(part);
             });
  }

  Value *quotient_up(Value *x, int64_t y) {
    // Rounds towards zero, so that only what is positive is rounded up.
    Value *up = b_.CreateAdd(x, index(y - 1));
    return b_.CreateSDiv(larger(b_, up, index(0)), index(y));
  }

  /// The rows of a part in which the guard holds, as an interval within it.
  Interval where_guard_holds(const Part &rows, const IndexValues &at) {
    Value *low = rows.inside.begin;
    Value *high = b_.CreateAdd(low, rows.inside.count);
    Value *first = low, *last = high;
    for (size_t c = 0; c < load_.conditions.size(); ++c) {
      const analysis::Affine &condition = load_.conditions[c];
      Value *base =
          p_.sizes.add_terms(p_.bases[number_].conditions[c], condition, at);
      int64_t step = *p_.side.row_step(condition).constant();
      if (step > 0) { // base + step * row >= 0
        first = larger(b_, first, quotient_up(b_.CreateNeg(base), step));
      } else {
        Value *holds = b_.CreateICmpSGE(base, index(0));
        Value *most =
            step == 0
                ? high
                : b_.CreateAdd(b_.CreateSDiv(base, index(-step)), index(1));
        last = smaller(b_, last, b_.CreateSelect(holds, most, index(0)));
      }
    }
    first = smaller(b_, first, high);
    return {first, larger(b_, b_.CreateSub(last, first), index(0))};
  }

  void emit_rows(const Part &rows, const Part &run) {
    IndexValues at = rows.outer;
    for (auto [variable, value] : run.outer)
      at[variable] = value;
    Interval inside = where_guard_holds(rows, at);
    Value *to =
        b_.CreateAdd(b_.CreateMul(rows.place, stride_), bytes_of(run.place));
    RunRows part{byte(target_.target, to), stride_, nullptr,
                 bytes_of(run.inside.count)};
    auto next = [&](Value *count) {
      RunRows now = part;
      now.rows = count;
      part.to = byte(part.to, b_.CreateMul(count, stride_));
      return now;
    };
    Value *before = b_.CreateSub(inside.begin, rows.inside.begin);
    if (load_.guarded())
      fill(next(before));
    Value *offset =
        p_.sizes.add_terms(p_.bases[number_].offset, load_.offset, at);
    Value *from = b_.CreateAdd(bytes_of(b_.CreateAdd(offset, run.inside.begin)),
                               b_.CreateMul(row_step_, inside.begin));
    uint32_t operand = p_.node(number_).index;
    copy(next(inside.count), byte(p_.frame().operands[operand], from));
    if (load_.guarded())
      fill(next(
          b_.CreateSub(rows.inside.count, b_.CreateAdd(before, inside.count))));
  }

  using Move = std::function<void(Value *place, unsigned bytes, Value *row)>;

  /// Executes `move` for whole vectors of each row: the last one ends with the
  /// run, and may have elements of the one before.
  void for_vectors(Value *rows, Value *bytes, const Move &move) {
    unsigned widest = Lanes::natural_width(p_.frame().machine, DType::u8);
    auto with = [&](unsigned width) {
      Value *last = b_.CreateSub(bytes, index(width));
      emit_for(p_.frame(), index(0), rows, [&](Value *row) {
        emit_for(p_.frame(), index(0), last, index(width), {},
                 [&](Value *place, llvm::ArrayRef<Value *>) {
                   move(place, width, row);
                   return Values();
                 });
        move(last, width, row);
      });
    };
    auto single = [&] {
      emit_for(p_.frame(), index(0), rows, [&](Value *row) {
        emit_for(p_.frame(), index(0), bytes, index(size_), {},
                 [&](Value *place, llvm::ArrayRef<Value *>) {
                   move(place, unsigned(size_), row);
                   return Values();
                 });
      });
    };
    auto narrow = [&] {
      unsigned width = unsigned(shortest_run);
      emit_if(
          p_.frame(), b_.CreateICmpSGE(bytes, index(width)),
          [&] { return with(width), Values(); },
          [&] { return single(), Values(); });
    };
    if (widest <= shortest_run)
      return narrow();
    emit_if(
        p_.frame(), b_.CreateICmpSGE(bytes, index(widest)),
        [&] { return with(widest), Values(); },
        [&] { return narrow(), Values(); });
  }

  llvm::Type *vector(unsigned bytes) {
    return llvm::FixedVectorType::get(p_.stored_type(),
                                      bytes / unsigned(size_));
  }

  void copy(const RunRows &part, Value *from) {
    std::string symbol = "copy_runs_" + std::string(name(p_.type)) +
                         (p_.flips_high_bit ? "_flipped" : "");
    call_shared(
        p_.frame(), symbol,
        {part.to, part.stride, part.rows, part.bytes, from, row_step_},
        [&](llvm::ArrayRef<Value *> v) {
          for_vectors(
              v[2], v[3], [&](Value *place, unsigned bytes, Value *row) {
                auto at = [&](Value *pointer, Value *stride) {
                  return byte(pointer,
                              b_.CreateAdd(b_.CreateMul(row, stride), place));
                };
                Value *data = b_.CreateAlignedLoad(
                    vector(bytes), at(v[4], v[5]), llvm::Align(1));
                if (p_.flips_high_bit)
                  data = b_.CreateXor(
                      data, llvm::ConstantInt::get(
                                data->getType(),
                                llvm::APInt::getSignMask(unsigned(size_) * 8)));
                b_.CreateAlignedStore(data, at(v[0], v[1]), llvm::Align(1));
              });
        });
  }

  void fill(const RunRows &part) {
    call_shared(
        p_.frame(), "fill_runs_" + std::string(name(p_.type)),
        {part.to, part.stride, part.rows, part.bytes, outside_},
        [&](llvm::ArrayRef<Value *> v) {
          for_vectors(
              v[2], v[3], [&](Value *place, unsigned bytes, Value *row) {
                Value *data =
                    b_.CreateVectorSplat(bytes / unsigned(size_), v[4]);
                Value *to = b_.CreateAdd(b_.CreateMul(row, v[1]), place);
                b_.CreateAlignedStore(data, byte(v[0], to), llvm::Align(1));
              });
        });
  }

  Packer &p_;
  llvm::IRBuilderBase &b_;
  const PackTarget &target_;
  size_t number_; ///< Of the load.
  const analysis::FactorLoad &load_;
  int64_t size_;
  std::vector<analysis::LoopSpan> outer_rows_, outer_lanes_;
  std::optional<analysis::LoopSpan> row_, run_; ///< The innermost ones.
  Value *stride_, *row_step_;                   ///< In bytes.
  Value *outside_; ///< What is packed where the guard is false.
};

} // namespace

void pack_runs(Packer &packer, const PackTarget &target) {
  RunPacker(packer, target).emit();
}

} // namespace landfall::kernels
