//===- program_for_test.h - A small program, written by hand ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/program.h"

namespace landfall {

/// y = relu(x + w) with kernel 0 and weight 0, for an x of n elements.
inline Program add_relu_program() {
  Program p;
  p.int_registers = 3;
  p.value_registers = 3;
  p.code = {
      {Op::input, {0, 0}},
      {Op::dim, {0, 0, 0}},
      {Op::constant, {1, 4, 0}},
      {Op::equal, {2, 0, 1}},
      {Op::require, {2, 0, 1, 0}},
      {Op::weight, {1, 0}},
      {Op::alloc, {2, uint32_t(DType::f32), 1, 0}},
      {Op::launch, {0, 3, 0, 1, 2, 1, 0}},
      {Op::output, {0, 2}},
      {Op::stop, {}},
  };
  p.requirements = {{"x must have 4 elements", {"n"}}};
  p.origin_of = {0, 0, 0, 0, 0, 0, 0, 1, 1, 1};
  p.origins = {{{"Add_0", false, "Add"}}, {{"Relu_1", false, "Relu"}}};
  EntryPoint entry;
  entry.inputs = {{"x", ValueKind::tensor, DType::f32, {{-1, "n"}}}};
  entry.outputs = {{"y", ValueKind::tensor, DType::f32, {{-1, "n"}}}};
  p.entries = {entry};
  return p;
}

} // namespace landfall
