//===- byte_window_weights.cpp - Weights as words of taps -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/windows/byte_window_emitter.h"

namespace landfall::kernels {

using llvm::Value;

Value *ByteWindowEmitter::scalar(NodeId node, const IndexValues &at) {
  BodyEmitter body(scalar_);
  uint32_t channel = problem_.sum.channel;
  Value *value = at.lookup(channel);
  bind_window(
      body, problem_, at,
      {channel, LaneValue::uniform(DType::i64, value ? value : index(0))});
  return scalar_.spread(emit_value(node, body));
}

/// What a channel's sums begin with is what makes up for the zero point of the
/// data, and for flipping it: sum of (x - z) * w = sum of x * w - z * sum of w.
void ByteWindowEmitter::write_words(const Item &item) {
  bool unrolled = windows_.row_taps && problem_.outer_taps().empty();
  emit_for(frame_, index(0), item.channels.count, [&](Value *channel) {
    Value *words = words_of(channel);
    IndexValues at;
    at[problem_.sum.channel] = b.CreateAdd(item.channels.begin, channel);
    Value *total =
        unrolled ? write_unrolled(at, words) : write_in_loops(at, words);
    Value *zero = b.getInt32(uint32_t(windows_.flip()));
    if (windows_.data.zero != no_node)
      zero = b.CreateAdd(zero, scalar(windows_.data.zero, at));
    b.CreateStore(b.CreateNeg(times(zero, total)), words);
  });
}

/// `at`, at a row of taps, all outer ones together.
IndexValues ByteWindowEmitter::at_row(IndexValues at, Value *row) {
  std::vector<uint32_t> rows = problem_.taps;
  if (problem_.column.tap)
    rows.pop_back();
  split_index(sizes_, problem_.sum.space, rows, row, at);
  return at;
}

/// A weight, in 32 bits.
Value *ByteWindowEmitter::weight(const IndexValues &row, Value *tap) {
  IndexValues at = row;
  if (problem_.column.tap)
    at[problem_.sum.taps[*problem_.column.tap]] = tap;
  return scalar(problem_.sum.weight.value, at);
}

/// The words of a channel, behind the first; the sum of its weights.
Value *ByteWindowEmitter::write_unrolled(const IndexValues &at, Value *words) {
  int64_t taps = *windows_.column_taps, steps = windows_.steps;
  int64_t bits = 32 / steps, number = 1;
  Value *total = b.getInt32(0);
  for (int64_t row = 0; row < *windows_.row_taps; ++row) {
    IndexValues here = at_row(at, index(row));
    for (int64_t first = 0; first < taps; first += steps) {
      Value *joined = b.getInt32(0);
      for (int64_t step = 0; step < std::min(steps, taps - first); ++step) {
        Value *value = weight(here, index(first + step));
        total = b.CreateAdd(total, value);
        Value *part = b.CreateAnd(value, (uint64_t(1) << bits) - 1);
        joined = b.CreateOr(joined, b.CreateShl(part, uint64_t(step * bits)));
      }
      b.CreateStore(joined, word(words, index(number++)));
    }
  }
  return total;
}

/// The same for any number of taps.
Value *ByteWindowEmitter::write_in_loops(const IndexValues &at, Value *words) {
  auto *narrow = b.getIntNTy(unsigned(32 / windows_.steps));
  emit_for(frame_, index(0), tile_.weights_pitch, lanes_.step(), {},
           [&](Value *first, llvm::ArrayRef<Value *>) {
             b.CreateStore(llvm::Constant::getNullValue(vector_),
                           word(words, first));
             return Values();
           });
  return emit_for(
      frame_, index(0), times(tile_.outer_taps, tile_.row_taps), index(1),
      {b.getInt32(0)}, [&](Value *row, llvm::ArrayRef<Value *> totals) {
        IndexValues here = at_row(at, row);
        Value *to =
            word(words, b.CreateAdd(index(1), times(row, tile_.row_words)));
        return emit_for(frame_, index(0), tile_.column_taps, index(1), totals,
                        [&](Value *tap, llvm::ArrayRef<Value *> now) -> Values {
                          Value *value = weight(here, tap);
                          b.CreateStore(b.CreateTrunc(value, narrow),
                                        element(b, narrow, to, tap));
                          return {b.CreateAdd(now[0], value)};
                        });
      })[0];
}

} // namespace landfall::kernels
