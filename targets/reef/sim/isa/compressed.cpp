//===- compressed.cpp - What 16-bit instructions stand for ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/sim/isa/instruction.h"

using namespace landfall::reef;

uint32_t landfall::reef::expand_compressed(uint16_t) { return 0; }
