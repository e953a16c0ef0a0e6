//===- pass_for_test.h - A graph before and after a pass -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/lower/lower.h"
#include "compiler/target.h"
#include "ir/builder.h"
#include "ir/module/module_impl.h"
#include "ir/module/verify_core_ir.h"
#include "runtime/session.h"

#include <cstring>
#include <functional>
#include <gtest/gtest.h>

namespace landfall::compiler {

/// Builds a graph with one input "x" of two dimensions and one output.
using BuildGraph = std::function<void(ir::Builder &)>;

/// A pass, whether or not parts of it may be skipped; or none.
struct Pass {
  Pass(std::nullptr_t) {}
  Pass(void (*pass)(ir::Module::Impl &)) : run(pass) {}
  Pass(void (*pass)(ir::Module::Impl &, const SkippedSteps &))
      : run([pass](ir::Module::Impl &module) { pass(module, {}); }) {}
  Pass(std::function<void(ir::Module::Impl &)> pass) : run(std::move(pass)) {}

  std::function<void(ir::Module::Impl &)> run;
};

struct Outcome {
  std::string text;          ///< The IR after the pass.
  std::vector<float> values; ///< The output, computed by the null device.
  uint64_t steps = 0;        ///< Of its interpreter.

  /// How often an operation's name occurs in the text.
  int count(const std::string &operation) const {
    int found = 0;
    for (size_t at = text.find(operation); at != text.npos;
         at = text.find(operation, at + 1))
      ++found;
    return found;
  }
};

/// An input of small integers of both signs.
inline runtime::HostTensor test_input(int64_t rows, int64_t columns) {
  runtime::HostTensor x = runtime::make_tensor(DType::f32, {rows, columns});
  auto *data =
      reinterpret_cast<float *>(const_cast<uint8_t *>(x.bytes.data.data()));
  for (int64_t k = 0; k < rows * columns; ++k)
    data[k] = float(k * 7 % 11) - 5;
  return x;
}

/// Builds a graph, runs the pass (null: none), verifies the IR, and runs the
/// graph on an input of these extents.
inline Outcome outcome(const BuildGraph &build, const Pass &pass,
                       int64_t rows = 3, int64_t columns = 4) {
  ir::Module module;
  ir::Builder builder(module);
  build(builder);
  if (pass.run)
    pass.run(module.impl());
  Outcome result{module.print(), {}, 0};
  Status law = ir::verify_core_ir(module);
  EXPECT_TRUE(law) << law.error().message;
  auto package = std::make_shared<Package>();
  package->target = "null";
  Status lowered = lower(module, *package);
  EXPECT_TRUE(lowered) << lowered.error().message;
  const Target *target = *find_target("null");
  package->code = *target->generate(package->kernels, {});
  std::shared_ptr<runtime::Device> device =
      runtime::create_device("null", {}).take();
  runtime::Session session(*runtime::LoadedModel::load(package, device));
  std::vector<runtime::HostValue> inputs = {{test_input(rows, columns)}};
  auto outputs = session.run(inputs);
  EXPECT_TRUE(outputs) << outputs.error().message;
  if (!outputs)
    return result;
  result.steps = device->counters()->instructions;
  const auto &y = std::get<runtime::HostTensor>((*outputs)[0].value);
  result.values.resize(y.bytes.data.size() / sizeof(float));
  std::memcpy(result.values.data(), y.bytes.data.data(), y.bytes.data.size());
  return result;
}

/// The input "x" of a graph, with symbolic extents.
inline ir::Tensor input(ir::Builder &b) {
  return b.input(
      {"x", ValueKind::tensor, DType::f32, {{-1, "rows"}, {-1, "columns"}}});
}

} // namespace landfall::compiler
