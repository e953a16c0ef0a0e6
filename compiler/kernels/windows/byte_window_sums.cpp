//===- byte_window_sums.cpp - Products of words of taps -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/word_product.h"
#include "compiler/kernels/windows/byte_window_emitter.h"

#include "llvm/IR/IntrinsicsX86.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Words of four lanes are shuffled within 16 bytes.
constexpr unsigned part_lanes = 4, part_bytes = 16;

} // namespace

/// The sums of one channel of the item, block by block of rows. The last block
/// ends with the last row, so that it may sum some rows again.
void ByteWindowEmitter::emit_sums(const Item &item, Value *channel) {
  Value *data = data_of(channel), *words = words_of(channel);
  Value *sums = sums_of(channel), *columns = item.columns.count;
  Value *rows = item.rows.count;
  Value *step = times(tile_.data_columns, index(problem_.row.stride));
  auto blocks = [&](int64_t count) {
    Value *last = b.CreateSub(rows, index(count));
    emit_for(frame_, index(0), rows, index(count), {},
             [&](Value *at, llvm::ArrayRef<Value *>) {
               Value *row = smaller(b, at, last);
               emit_rows({byte(data, times(row, step)),
                          words,
                          word(sums, times(row, columns)),
                          columns,
                          count,
                          {}});
               return Values();
             });
  };
  if (windows_.block_rows == 1)
    return blocks(1);
  emit_if(
      frame_, b.CreateICmpSGE(rows, index(windows_.block_rows)),
      [&] { return blocks(windows_.block_rows), Values(); },
      [&] { return blocks(1), Values(); });
}

void ByteWindowEmitter::emit_rows(Rows rows) {
  Value *begin = spread(rows.words);
  rows.words = word(rows.words, index(1));
  if (windows_.row_taps && problem_.outer_taps().empty()) {
    int64_t count = *windows_.row_taps * windows_.words(*windows_.column_taps);
    for (int64_t k = 0; k < count; ++k)
      rows.loaded.push_back(spread(word(rows.words, index(k))));
  }
  // The last vector of a row ends with it, too; what is shorter than a vector
  // writes over the next row, which is written later.
  Value *last = larger(b, index(0), b.CreateSub(rows.columns, lanes_.step()));
  emit_for(frame_, index(0), rows.columns, lanes_.step(), {},
           [&](Value *at, llvm::ArrayRef<Value *>) {
             Value *column = smaller(b, at, last);
             Values sums =
                 sum_taps(rows, column, Values(size_t(rows.count), begin));
             for (int64_t row = 0; row < rows.count; ++row)
               b.CreateAlignedStore(
                   sums[size_t(row)],
                   word(rows.sums,
                        b.CreateAdd(times(index(row), rows.columns), column)),
                   llvm::Align(4));
             return Values();
           });
}

Values ByteWindowEmitter::sum_taps(const Rows &rows, Value *column,
                                   Values sums) {
  Value *data = byte(rows.data, times(column, index(problem_.column.stride)));
  auto plane = [&](Value *data, Value *words, const Values &now) {
    return windows_.row_taps ? sum_unrolled(rows, data, words, now)
                             : sum_in_loops(data, words, now);
  };
  if (problem_.outer_taps().empty())
    return plane(data, rows.words, sums);
  Value *bytes = times(tile_.data_rows, tile_.data_columns);
  Value *words = times(tile_.row_taps, tile_.row_words);
  return emit_for(frame_, index(0), tile_.outer_taps, index(1), sums,
                  [&](Value *tap, llvm::ArrayRef<Value *> now) {
                    return plane(byte(data, times(tap, bytes)),
                                 word(rows.words, times(tap, words)),
                                 Values(now.begin(), now.end()));
                  });
}

/// What several rows read is loaded once.
Values ByteWindowEmitter::sum_unrolled(const Rows &rows, Value *data,
                                       Value *words, Values sums) {
  const analysis::WindowAxis &row = problem_.row;
  int64_t taps = *windows_.row_taps;
  int64_t count = windows_.words(*windows_.column_taps);
  int64_t last = (rows.count - 1) * row.stride + (taps - 1) * row.dilation;
  for (int64_t position = 0; position <= last; ++position)
    for (int64_t k = 0; k < count; ++k) {
      Value *read = nullptr;
      for (int64_t result = 0; result < rows.count; ++result) {
        int64_t from = position - result * row.stride;
        int64_t tap = from / row.dilation;
        if (from < 0 || from % row.dilation || tap >= taps)
          continue;
        int64_t step = k * windows_.steps * problem_.column.dilation;
        if (!read)
          read = gather(
              byte(data, b.CreateAdd(times(index(position), tile_.data_columns),
                                     index(step))));
        int64_t number = tap * count + k;
        Value *weights = rows.loaded.empty()
                             ? spread(word(words, index(number)))
                             : rows.loaded[size_t(number)];
        Value *&sum = sums[size_t(result)];
        sum = multiply_add(read, weights, sum);
      }
    }
  return sums;
}

/// The sums of one row.
Values ByteWindowEmitter::sum_in_loops(Value *data, Value *words, Values sums) {
  Value *row_step = times(tile_.data_columns, index(problem_.row.dilation));
  Value *step = index(windows_.steps * problem_.column.dilation);
  return emit_for(frame_, index(0), tile_.row_taps, index(1), sums,
                  [&](Value *row, llvm::ArrayRef<Value *> now) {
                    Value *from = byte(data, times(row, row_step));
                    Value *weights = word(words, times(row, tile_.row_words));
                    return emit_for(
                        frame_, index(0), tile_.row_words, index(1), now,
                        [&](Value *k, llvm::ArrayRef<Value *> sum) -> Values {
                          return {
                              multiply_add(gather(byte(from, times(k, step))),
                                           spread(word(weights, k)), sum[0])};
                        });
                  });
}

Value *ByteWindowEmitter::spread(Value *words) {
  return b.CreateVectorSplat(problem_.width,
                             b.CreateLoad(b.getInt32Ty(), words));
}

/// One vector of bytes: four lanes get the 16 bytes that begin with what the
/// first of them reads, then each lane gets its own.
Value *ByteWindowEmitter::gather(Value *data) {
  unsigned width = problem_.width;
  auto stride = unsigned(problem_.column.stride);
  auto dilation = unsigned(problem_.column.dilation);
  llvm::SmallVector<int> parts;
  llvm::SmallVector<llvm::Constant *> bytes;
  for (unsigned lane = 0; lane < width; ++lane) {
    parts.push_back(int(lane / part_lanes * stride + lane % part_lanes));
    for (unsigned k = 0; k < 4; ++k) {
      unsigned tap = windows_.steps == 4 ? k : k / 2;
      bool is_zero = windows_.steps == 2 && k % 2;
      unsigned from = lane % part_lanes * stride + tap * dilation;
      bytes.push_back(b.getInt8(uint8_t(is_zero ? 0x80 : from)));
    }
  }
  auto *type = llvm::FixedVectorType::get(b.getInt8Ty(), 4 * width);
  Value *read = b.CreateAlignedLoad(vector_, data, llvm::Align(1));
  if (width > part_lanes)
    read = b.CreateShuffleVector(read, parts);
  llvm::Intrinsic::ID shuffle =
      4 * width == part_bytes       ? llvm::Intrinsic::x86_ssse3_pshuf_b_128
      : 4 * width == 2 * part_bytes ? llvm::Intrinsic::x86_avx2_pshuf_b
                                    : llvm::Intrinsic::x86_avx512_pshuf_b_512;
  read = b.CreateIntrinsic(
      shuffle, {},
      {b.CreateBitCast(read, type), llvm::ConstantVector::get(bytes)});
  return b.CreateBitCast(read, vector_);
}

Value *ByteWindowEmitter::multiply_add(Value *data, Value *weights,
                                       Value *sum) {
  if (windows_.steps == 2)
    return multiply_add_shorts(b, data, weights, sum);
  WordForm form;
  form.points_signed = true;
  return multiply_add_words(frame_, form, data, weights, sum);
}

} // namespace landfall::kernels
