//===- import_fuzz.cpp - Models through the importer ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Builds core IR from models. The seeds that matter are ONNX's node tests,
// which fuzz.py writes: every operator in small. compile_fuzz.py continues
// through the rest of the compiler.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/import.h"
#include "ir/builder.h"
#include "ir/module/module.h"
#include "onnx_format/model_writer_for_test.h"
#include "test/fuzz/fuzz_target.h"

using namespace landfall;

std::vector<fuzz::Bytes> fuzz::seeds() {
  using namespace onnx::test;
  Message relu = model(graph({node("Relu", {"x"}, {"y"})},
                             {value("x", float_type, {"N", "4"})},
                             {value("y", float_type, {"N", "4"})}));
  return {{relu.begin(), relu.end()}};
}

bool fuzz::accepts(std::span<const uint8_t> input) {
  Bytes copy(input.begin(), input.end());
  ir::Module module;
  ir::Builder builder(module);
  return frontend::import_model(landfall::Bytes{nullptr, copy},
                                {"fuzz.onnx", ""}, builder)
      .ok();
}
