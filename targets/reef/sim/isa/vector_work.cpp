//===- vector_work.cpp - What a vector instruction costs --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/sim/isa/vector_work.h"

using namespace landfall::reef;

VectorWork landfall::reef::vector_work(const Core &, const Instruction &) {
  return {};
}
