//===- word_turning.h - Words from rows of steps ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/word_product.h"

namespace landfall::kernels {

/// Loads `width` elements at the address of each step of a word and makes words
/// of them: word i is of the elements number i.
llvm::Value *interleave_steps(llvm::IRBuilderBase &b, const WordForm &form,
                              llvm::ArrayRef<llvm::Value *> addresses,
                              unsigned width);

/// Elements [step][lane] and words [lane][word] of these. Strides are i64.
struct TurnedWords {
  llvm::Value *elements, *step_stride; ///< From one step to the next, in bytes.
  llvm::Value *words, *word_stride;    ///< From one lane to the next, in words.
};

/// Emits a call of the module's function that makes `width` words of each of
/// `width` lanes.
void turn_words(KernelFrame &frame, const WordForm &form, unsigned width,
                const TurnedWords &square);

} // namespace landfall::kernels
