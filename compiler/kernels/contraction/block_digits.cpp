//===- block_digits.cpp - Rows of reals in digits of bytes ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/block_digits.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Exponents of f32, as they are stored: those of blocks that are written, and
/// of 1.
constexpr uint32_t least_exponent = 37, most_exponent = 217,
                   exponent_of_1 = 127;
constexpr unsigned mantissa_bits = 23;
/// The largest x has this many bits before the point, as multiples of s. What
/// is added to it before its exponent is taken keeps it below 127.5 * 256^3.
constexpr uint32_t integer_bits = 30;
constexpr uint32_t headroom = 1 << 16;
/// Integers that f32 holds.
constexpr int64_t exact_in_f32 = int64_t(1) << 24;
/// The fewest steps for which the bound of the result's error holds.
constexpr int64_t fewest_steps = 16;

} // namespace

BlockDigits::BlockDigits(BlockProducts &products)
    : p_(products), form_(WordForm::choose(products.problem.base.machine, true,
                                           false, false)) {
  form_.has_small_points = true;
  rests_ = p_.at(p_.cut.rests_at, DType::f32, index(0));
  // K / 4 * 2^-24.
  Value *k = b().CreateUIToFP(p_.cut.k, b().getFloatTy());
  most_rest_ =
      b().CreateFMul(k, llvm::ConstantFP::get(b().getFloatTy(), 0x1p-26));
}

Value *BlockDigits::suits(Value *rows) {
  // Sums of a block's products with digits are exact as f32.
  Value *longest = index((exact_in_f32 - 1) / (128 * p_.problem.largest));
  Value *is_short = b().CreateICmpSLE(p_.cut.in_block, longest);
  Value *has_steps = b().CreateICmpSGE(p_.cut.k, index(fewest_steps));
  // Without products of four bytes, several rows are faster as reals.
  bool by_bytes =
      p_.problem.base.machine.vector.byte_products == ByteProducts::by_bytes;
  Value *are_few =
      b().CreateICmpSLE(rows, index(by_bytes ? most_digit_rows : 1));
  return b().CreateAnd(are_few, b().CreateAnd(is_short, has_steps));
}

Value *BlockDigits::record_at(Value *row, Value *number) {
  Value *place = b().CreateAdd(b().CreateMul(row, p_.cut.max_records), number);
  return p_.at(p_.cut.records_at, DType::u8,
               b().CreateMul(place, p_.cut.record_bytes));
}

Value *BlockDigits::byte_at(Value *record, Value *offset) {
  return element(b(), b().getInt8Ty(), record, offset);
}

Value *BlockDigits::digits_at(Value *record, unsigned digit, Value *step) {
  Value *before = b().CreateMul(p_.cut.digit_stride, index(digit));
  return byte_at(
      record, b().CreateAdd(index(record_head), b().CreateAdd(before, step)));
}

Value *BlockDigits::write(Value *rows) {
  Values all = emit_for(
      p_.frame(), index(0), rows, index(1), {b().getTrue()},
      [&](Value *row, llvm::ArrayRef<Value *> before) {
        Values row_written =
            emit_for(p_.frame(), index(0), p_.cut.blocks, index(1),
                     {index(0), before[0]},
                     [&](Value *block, llvm::ArrayRef<Value *> now) {
                       Values next = write_block(row, block, now[0]);
                       return Values{next[0], b().CreateAnd(now[1], next[1])};
                     });
        b().CreateStore(row_written[0],
                        p_.at(p_.cut.record_counts_at, DType::i64, row));
        return Values{row_written[1]};
      });
  return all[0];
}

/// Writes the records of a block, of which `records` is the first. Returns the
/// number of the next one, and whether all of the block is in them.
Values BlockDigits::write_block(Value *row, Value *block, Value *records) {
  Value *start = b().CreateAdd(b().CreateMul(row, p_.cut.row_stride),
                               b().CreateMul(block, p_.cut.in_block));
  Value *originals = sorted(p_.at(index(0), DType::f32, start));
  // do { write one } while (something is left and can be written)
  Values end = emit_while(
      p_.frame(), {index(0), originals, b().getFalse()},
      [&](llvm::ArrayRef<Value *> now) {
        Value *record = record_at(row, b().CreateAdd(records, now[0]));
        b().CreateStore(b().CreateTrunc(block, b().getInt32Ty()),
                        byte_at(record, index(block_at)));
        Written written = write_record(record, now[1], originals);
        Value *next = b().CreateAdd(now[0], index(1));
        Value *goes_on = b().CreateAnd(
            b().CreateAnd(written.is_tame, b().CreateNot(written.is_whole)),
            b().CreateICmpSLT(next, index(levels_of_digits)));
        return Values{goes_on, next, rests_,
                      b().CreateAnd(written.is_tame, written.is_whole)};
      });
  return {b().CreateAdd(records, end[0]), end[2]};
}

/// A block in the order of digits: those steps lie together that are multiplied
/// by the same bits of what is loaded.
Value *BlockDigits::sorted(Value *values) {
  if (p_.problem.fields == 1)
    return values;
  Value *to = p_.at(p_.cut.sorted_at, DType::f32, index(0));
  Value *fields = index(p_.problem.fields);
  Value *in_field = b().CreateUDiv(p_.cut.in_block, fields);
  // The last vector of a field also writes what the next field does then.
  emit_for(p_.frame(), index(0), fields, [&](Value *field) {
    emit_for(p_.frame(), index(0), in_field, p_.lanes.step(), {},
             [&](Value *step, llvm::ArrayRef<Value *>) {
               Value *from = b().CreateAdd(b().CreateMul(step, fields), field);
               LaneValue loaded = p_.lanes.load(DType::f32, values,
                                                LaneValue::linear(from, fields),
                                                {}, {}, Surroundings::past_end);
               Value *place =
                   b().CreateAdd(b().CreateMul(field, in_field), step);
               b().CreateAlignedStore(loaded.vector(),
                                      element(b(), b().getFloatTy(), to, place),
                                      llvm::Align(4));
               return Values();
             });
  });
  return to;
}

/// Where a step of a block is in that order.
Value *BlockDigits::sorted_place(Value *step) {
  Value *fields = index(p_.problem.fields);
  Value *in_field = b().CreateUDiv(p_.cut.in_block, fields);
  return b().CreateAdd(b().CreateMul(b().CreateURem(step, fields), in_field),
                       b().CreateUDiv(step, fields));
}

/// A vector of values from number `step` of a block on, with zeros behind the
/// block's end.
Value *BlockDigits::values_at(Value *values, Value *step) {
  llvm::Type *type = p_.lanes.vector_type(DType::f32);
  Value *loaded = b().CreateAlignedLoad(
      type, element(b(), b().getFloatTy(), values, step), llvm::Align(4));
  Value *left = b().CreateSub(p_.cut.in_block, step);
  Value *is_inside =
      b().CreateICmpSLT(p_.lanes.lane_numbers(64), p_.lanes.splat(left));
  return b().CreateSelect(is_inside, loaded,
                          llvm::Constant::getNullValue(type));
}

/// The bits of the largest magnitude in a block; those of what is infinite or
/// not a number are larger still.
Value *BlockDigits::largest_bits(Value *values) {
  llvm::Type *integers = p_.lanes.vector_of(b().getInt32Ty());
  Values largest = emit_for(
      p_.frame(), index(0), p_.cut.in_block, p_.lanes.step(),
      {llvm::Constant::getNullValue(integers)},
      [&](Value *step, llvm::ArrayRef<Value *> now) {
        Value *bits = b().CreateAnd(
            b().CreateBitCast(values_at(values, step), integers), 0x7fffffff);
        return Values{
            b().CreateBinaryIntrinsic(llvm::Intrinsic::umax, now[0], bits)};
      });
  return p_.lanes.reduce(ScalarOp::max, DType::u32, largest[0]);
}

BlockDigits::Written BlockDigits::write_record(Value *record, Value *values,
                                               Value *originals) {
  llvm::Type *vector = p_.lanes.vector_type(DType::f32);
  Value *largest = largest_bits(values);
  Value *exponent = b().CreateLShr(
      b().CreateAdd(largest, b().getInt32(headroom)), mantissa_bits);
  Value *is_zero = b().CreateICmpEQ(largest, b().getInt32(0));
  exponent = b().CreateSelect(is_zero, b().getInt32(exponent_of_1), exponent);
  Value *is_tame =
      b().CreateICmpULE(b().CreateSub(exponent, b().getInt32(least_exponent)),
                        b().getInt32(most_exponent - least_exponent));
  exponent = b().CreateSelect(is_tame, exponent, b().getInt32(exponent_of_1));
  auto power = [&](Value *stored) {
    return b().CreateBitCast(b().CreateShl(stored, mantissa_bits),
                             b().getFloatTy());
  };
  Value *scale = power(b().CreateSub(exponent, b().getInt32(integer_bits)));
  b().CreateStore(scale, byte_at(record, index(scale_at)));
  scale = p_.lanes.splat(scale);
  Value *inverse = p_.lanes.splat(power(
      b().CreateSub(b().getInt32(2 * exponent_of_1 + integer_bits), exponent)));
  Value *most_rest = p_.lanes.splat(most_rest_);
  Value *none =
      llvm::Constant::getNullValue(p_.lanes.vector_of(b().getInt32Ty()));
  Values init(row_digits, none);
  init.push_back(
      llvm::Constant::getNullValue(p_.lanes.vector_of(b().getInt1Ty())));
  Values end = emit_for(
      p_.frame(), index(0), p_.cut.in_block, p_.lanes.step(), init,
      [&](Value *step, llvm::ArrayRef<Value *> now) {
        Values next(now.begin(), now.end());
        Value *x = values_at(values, step);
        // What is not tame has no integer.
        x = b().CreateSelect(is_tame, x, llvm::Constant::getNullValue(vector));
        Value *whole = b().CreateUnaryIntrinsic(llvm::Intrinsic::roundeven,
                                                b().CreateFMul(x, inverse));
        Value *rest = b().CreateFSub(x, b().CreateFMul(whole, scale));
        b().CreateAlignedStore(
            rest, element(b(), b().getFloatTy(), rests_, step), llvm::Align(4));
        auto magnitude = [&](Value *value) {
          return b().CreateUnaryIntrinsic(llvm::Intrinsic::fabs, value);
        };
        Value *counts = b().CreateFCmpOGT(
            magnitude(rest),
            b().CreateFMul(magnitude(values_at(originals, step)), most_rest));
        next.back() = b().CreateOr(now.back(), counts);
        write_digits(record, step, b().CreateFPToSI(whole, none->getType()),
                     next);
        return next;
      });
  if (p_.problem.weights.zero)
    for (unsigned digit = 0; digit < row_digits; ++digit) {
      Value *sum = p_.lanes.reduce(ScalarOp::add, DType::i32, end[digit]);
      b().CreateStore(b().CreateSIToFP(sum, b().getFloatTy()),
                      byte_at(record, index(sums_at + 4 * digit)));
    }
  Value *some = p_.lanes.any_of(LaneValue::varying(DType::boolean, end.back()));
  return {is_tame, b().CreateNot(some)};
}

/// Writes the digits of a vector of integers and adds them to the sums.
void BlockDigits::write_digits(Value *record, Value *step, Value *integers,
                               Values &sums) {
  llvm::Type *bytes = p_.lanes.vector_of(b().getInt8Ty());
  for (unsigned digit = 0; digit < row_digits; ++digit) {
    Value *low = b().CreateTrunc(integers, bytes);
    b().CreateAlignedStore(low, digits_at(record, digit, step), llvm::Align(1));
    Value *wide = b().CreateSExt(low, integers->getType());
    sums[digit] = b().CreateAdd(sums[digit], wide);
    integers = b().CreateAShr(b().CreateSub(integers, wide), 8);
  }
}

Lines BlockDigits::emit(Value *row, const IndexValues &batch,
                        llvm::ArrayRef<BlockLane> points) {
  const analysis::ContractionRoles &roles = p_.problem.base.roles;
  const analysis::ScaledFactor &weights = p_.problem.weights;
  std::vector<uint32_t> outer(roles.k_loops.begin(),
                              roles.k_loops.begin() + int64_t(weights.outer));
  Value *count = b().CreateLoad(
      b().getInt64Ty(), p_.at(p_.cut.record_counts_at, DType::i64, row));
  Value *first = record_at(row, index(0));
  Value *zero = llvm::Constant::getNullValue(p_.lanes.vector_type(DType::f32));
  Values result = emit_for(
      p_.frame(), index(0), count, index(1), Values(points.size(), zero),
      [&](Value *number, llvm::ArrayRef<Value *> now) {
        Value *record =
            byte_at(first, b().CreateMul(number, p_.cut.record_bytes));
        Value *block = b().CreateZExt(
            b().CreateLoad(b().getInt32Ty(), byte_at(record, index(block_at))),
            b().getInt64Ty());
        IndexValues indices = batch;
        split_index(p_.sizes, roles.space, outer, block, indices);
        // Scales of a block lie far from those of the next one, and no
        // processor foresees where.
        for (const auto *factor : {&weights.scale, &weights.zero})
          if (*factor)
            p_.prefetch(**factor, points, indices);
        Lines sums = sums_of(record, indices, points);
        Values next;
        for (size_t v = 0; v < points.size(); ++v) {
          auto value = [&](const std::optional<analysis::Factor> &factor) {
            return factor ? p_.value_of(*factor, points[v], indices) : nullptr;
          };
          Value *product = joined(
              record, llvm::ArrayRef(sums).slice(v * row_digits, row_digits),
              value(weights.zero));
          Value *scale = value(weights.scale);
          next.push_back(scale ? multiply_add(b(), scale, product, now[v])
                               : b().CreateFAdd(now[v], product));
        }
        return next;
      });
  return Lines(result.begin(), result.end());
}

/// The sums of weights times each digit over a block, i32, by lane and digit.
Lines BlockDigits::sums_of(Value *record, IndexValues indices,
                           llvm::ArrayRef<BlockLane> points) {
  Value *zero =
      llvm::Constant::getNullValue(p_.lanes.vector_of(b().getInt32Ty()));
  indices[*p_.problem.step_loop] = index(0);
  return p_.for_steps(
      indices, index(0), Lines(points.size() * row_digits, zero),
      most_words_unrolled,
      [&](const IndexValues &at_word, Value *step, Lines sums) {
        llvm::SmallVector<Value *, 4> words;
        for (const BlockLane &lane : points)
          words.push_back(p_.word_at(lane, at_word));
        Value *place = sorted_place(step);
        for (unsigned digit = 0; digit < row_digits; ++digit) {
          Value *x = p_.lanes.splat(b().CreateAlignedLoad(
              b().getInt32Ty(), digits_at(record, digit, place),
              llvm::Align(4)));
          for (size_t v = 0; v < points.size(); ++v) {
            Value *&sum = sums[v * row_digits + digit];
            sum = multiply_add_words(p_.frame(), form_, x, words[v], sum);
          }
        }
        return sums;
      });
}

/// s * (the sum over digits of (sum - zero * the sum of the row's digits) *
/// 256^digit).
Value *BlockDigits::joined(Value *record, llvm::ArrayRef<Value *> sums,
                           Value *zero) {
  llvm::Type *vector = p_.lanes.vector_type(DType::f32);
  auto head = [&](int64_t offset) {
    return p_.lanes.splat(
        b().CreateLoad(b().getFloatTy(), byte_at(record, index(offset))));
  };
  Value *result = nullptr;
  for (unsigned digit = row_digits; digit-- > 0;) {
    Value *sum = b().CreateSIToFP(sums[digit], vector);
    if (zero)
      sum = multiply_add(b(), b().CreateFNeg(zero), head(sums_at + 4 * digit),
                         sum);
    result = result ? multiply_add(b(), result,
                                   llvm::ConstantFP::get(vector, 256), sum)
                    : sum;
  }
  return b().CreateFMul(result, head(scale_at));
}

} // namespace landfall::kernels
