//===- word_turning.cpp - Words from rows of steps ------------------------===//
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

Value *interleave_steps(llvm::IRBuilderBase &b, const WordForm &form,
                        llvm::ArrayRef<Value *> addresses, unsigned width) {
  unsigned bytes = unsigned(form.element_bytes());
  llvm::Type *type = llvm::FixedVectorType::get(b.getIntNTy(bytes * 8), width);
  llvm::SmallVector<int, 64> pairs, all;
  for (unsigned lane = 0; lane < width; ++lane)
    for (unsigned from : {0u, width})
      pairs.push_back(int(lane + from));
  for (unsigned lane = 0; lane < width; ++lane)
    for (unsigned step : {0u, 1u, 2 * width, 2 * width + 1})
      all.push_back(int(2 * lane + step));
  llvm::SmallVector<Value *, steps_of_word> rows;
  for (Value *address : addresses)
    rows.push_back(
        b.CreateAlignedLoad(type, address, llvm::Align(bytes * width)));
  Value *words = b.CreateShuffleVector(rows[0], rows[1], pairs);
  if (rows.size() == steps_of_word)
    words = b.CreateShuffleVector(
        words, b.CreateShuffleVector(rows[2], rows[3], pairs), all);
  return b.CreateBitCast(words,
                         llvm::FixedVectorType::get(b.getInt32Ty(), width));
}

namespace {

void emit_square(KernelFrame &frame, const WordForm &form, unsigned width,
                 const TurnedWords &square) {
  llvm::IRBuilderBase &b = frame.b;
  llvm::SmallVector<Value *, 16> words;
  for (unsigned word = 0; word < width; ++word) {
    llvm::SmallVector<Value *, steps_of_word> rows;
    for (int64_t step = 0; step < form.steps(); ++step)
      rows.push_back(
          element(b, b.getInt8Ty(), square.elements,
                  b.CreateMul(square.step_stride,
                              frame.index(word * form.steps() + step))));
    words.push_back(interleave_steps(b, form, rows, width));
  }
  transpose_block_in_place(b, words);
  for (unsigned lane = 0; lane < width; ++lane)
    b.CreateAlignedStore(
        words[lane],
        element(b, b.getInt32Ty(), square.words,
                b.CreateMul(square.word_stride, frame.index(lane))),
        llvm::Align(word_bytes * width));
}

} // namespace

void turn_words(KernelFrame &frame, const WordForm &form, unsigned width,
                const TurnedWords &square) {
  call_shared(
      frame, "turn_words",
      {square.elements, square.step_stride, square.words, square.word_stride},
      [&](llvm::ArrayRef<Value *> v) {
        emit_square(frame, form, width, {v[0], v[1], v[2], v[3]});
      });
}

} // namespace landfall::kernels
