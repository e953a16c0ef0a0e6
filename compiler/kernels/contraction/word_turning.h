//===- word_turning.h - Words of bytes from rows of steps ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/word_product.h"

namespace landfall::kernels {

/// Loads `width` bytes at each of four addresses and makes words of them: word
/// i is of the bytes number i.
llvm::Value *interleave_bytes(llvm::IRBuilderBase &b,
                              llvm::ArrayRef<llvm::Value *> addresses,
                              unsigned width);

/// Bytes [step][lane] and words [lane][word] of these. Strides are i64.
struct TurnedWords {
  llvm::Value *bytes, *byte_stride; ///< From one step to the next, in bytes.
  llvm::Value *words, *word_stride; ///< From one lane to the next, in words.
};

/// Emits a call of the module's function that makes `width` words of each of
/// `width` lanes.
void turn_words(KernelFrame &frame, unsigned width, const TurnedWords &square);

} // namespace landfall::kernels
