//===- word_turning.cpp - Words of bytes from rows of steps ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/word_turning.h"
#include "compiler/kernels/contraction/contraction_code.h"
#include "compiler/kernels/frame/shared_function.h"
#include "compiler/kernels/lanes/transpose_block.h"

namespace landfall::kernels {

using llvm::Value;

Value *interleave_bytes(llvm::IRBuilderBase &b,
                        llvm::ArrayRef<Value *> addresses, unsigned width) {
  llvm::Type *bytes = llvm::FixedVectorType::get(b.getInt8Ty(), width);
  llvm::SmallVector<int, 64> pairs, all;
  for (unsigned lane = 0; lane < width; ++lane)
    for (unsigned from : {0u, width})
      pairs.push_back(int(lane + from));
  for (unsigned lane = 0; lane < width; ++lane)
    for (unsigned step : {0u, 1u, 2 * width, 2 * width + 1})
      all.push_back(int(2 * lane + step));
  llvm::SmallVector<Value *, steps_of_word> rows;
  for (Value *address : addresses)
    rows.push_back(b.CreateAlignedLoad(bytes, address, llvm::Align(width)));
  Value *words = b.CreateShuffleVector(
      b.CreateShuffleVector(rows[0], rows[1], pairs),
      b.CreateShuffleVector(rows[2], rows[3], pairs), all);
  return b.CreateBitCast(words,
                         llvm::FixedVectorType::get(b.getInt32Ty(), width));
}

namespace {

void emit_square(KernelFrame &frame, unsigned width,
                 const TurnedWords &square) {
  llvm::IRBuilderBase &b = frame.b;
  llvm::SmallVector<Value *, 16> words;
  for (unsigned word = 0; word < width; ++word) {
    Value *rows[steps_of_word];
    for (int64_t step = 0; step < steps_of_word; ++step)
      rows[step] =
          element(b, b.getInt8Ty(), square.bytes,
                  b.CreateMul(square.byte_stride,
                              frame.index(word * steps_of_word + step)));
    words.push_back(interleave_bytes(b, rows, width));
  }
  transpose_block_in_place(b, words);
  for (unsigned lane = 0; lane < width; ++lane)
    b.CreateAlignedStore(
        words[lane],
        element(b, b.getInt32Ty(), square.words,
                b.CreateMul(square.word_stride, frame.index(lane))),
        llvm::Align(steps_of_word * width));
}

} // namespace

void turn_words(KernelFrame &frame, unsigned width, const TurnedWords &square) {
  call_shared(
      frame, "turn_words",
      {square.bytes, square.byte_stride, square.words, square.word_stride},
      [&](llvm::ArrayRef<Value *> v) {
        emit_square(frame, width, {v[0], v[1], v[2], v[3]});
      });
}

} // namespace landfall::kernels
