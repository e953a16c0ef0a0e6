//===- package_fuzz.cpp - Malformed .lfm files ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Reads and verifies packages, most of them with checksums made right again;
// what passes is printed, written out, loaded on the null device and, if it is
// sure to end soon, run.
//
//===----------------------------------------------------------------------===//
#include "package/kernel_for_test.h"
#include "package/package.h"
#include "package/package_damage_for_test.h"
#include "package/program_for_test.h"
#include "runtime/session.h"
#include "test/fuzz/fuzz_target.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <random>

using namespace landfall;

namespace {

std::vector<uint8_t> filled(size_t count) {
  return std::vector<uint8_t>(count, 1);
}

Package add_relu_package(bool has_all_kernels) {
  Package package;
  package.target = "cpu";
  package.producer = "landfall test";
  package.model_name = "add \"relu\"";
  package.model_hash = "00ff";
  package.options = R"({"target": "cpu"})";
  package.program = add_relu_program();
  package.kernels = {add_relu_kernel()};
  if (has_all_kernels)
    package.kernels.insert(package.kernels.end(),
                           {scan_kernel(), matmul_kernel()});
  package.weights = {{"w", DType::f32, {4}, share_bytes(filled(16))},
                     {"empty", DType::i64, {0, 3}, {}},
                     {"last", DType::u8, {3}, share_bytes(filled(3))}};
  package.code = {{"cpu", "x86_64-avx2", share_bytes(filled(40))}};
  return package;
}

/// Control flow, boxes, several entry points.
Package branching_package() {
  Package package;
  package.target = "null";
  Program &program = package.program;
  program.int_registers = 2;
  program.value_registers = 1;
  program.code = {{Op::constant, {0, 0, 0}},
                  {Op::constant, {1, 8, 0}},
                  {Op::less, {0, 0, 1}},
                  {Op::require, {0, 0, 1, 1}},
                  {Op::stop, {}},
                  {Op::stop, {}}};
  program.requirements = {{"must be less", {"limit"}}};
  program.origin_of.assign(program.code.size(), 0);
  program.origins = {{{"first", true, "Less"}, {"second", false, "Less"}}};
  program.entries = {{"main", 0, {}, {}}, {"other", 5, {}, {}}};
  return package;
}

/// Whether the work of a launch is bounded by the memory of its operands.
bool ends_soon(const Kernel &kernel) {
  for (const Node &node : kernel.nodes)
    if (node.kind == NodeKind::loop || node.kind == NodeKind::loop_while)
      return false;
  return kernel.kind == KernelClass::map;
}

/// Small inputs; none if the entry takes other values than tensors.
std::optional<std::vector<runtime::HostValue>>
inputs_of(const EntryPoint &entry) {
  std::vector<runtime::HostValue> inputs;
  for (const SignatureValue &value : entry.inputs) {
    std::vector<int64_t> dims;
    int64_t count = 1;
    for (const SignatureDim &dim : value.dims) {
      dims.push_back(dim.fixed >= 0 ? dim.fixed : 4);
      if (__builtin_mul_overflow(count, dims.back(), &count) || count > 1000)
        return std::nullopt;
    }
    if (value.kind != ValueKind::tensor)
      return std::nullopt;
    inputs.push_back({runtime::make_tensor(value.dtype, dims)});
  }
  return inputs;
}

void run(std::shared_ptr<runtime::LoadedModel> model) {
  const Package &package = model->package();
  runtime::Session session(model);
  runtime::RunOptions options;
  options.time_limit = 0.1; // The program may count for ever.
  options.memory_limit = 1 << 16;
  for (const EntryPoint &entry : package.program.entries) {
    options.entry = entry.name;
    if (auto inputs = inputs_of(entry))
      (void)session.run(*inputs, options);
  }
}

void load(Package package) {
  bool may_run = std::ranges::all_of(package.kernels, ends_soon);
  auto device = runtime::create_device("null", {}).take();
  auto model = runtime::LoadedModel::load(
      std::make_shared<const Package>(std::move(package)), std::move(device));
  if (model && may_run)
    run(*model);
}

} // namespace

std::vector<fuzz::Bytes> fuzz::seeds() {
  return {serialize(add_relu_package(true)), serialize(add_relu_package(false)),
          serialize(branching_package())};
}

bool fuzz::accepts(std::span<const uint8_t> input) {
  Result<Package> package =
      parse_package(share_bytes(Bytes(input.begin(), input.end())), "fuzz.lfm");
  if (!package)
    return false;
  size_t text = print(package->program).size();
  for (const Kernel &kernel : package->kernels)
    text += print(kernel).size() + structural_key(kernel).size();
  std::vector<uint8_t> again = serialize(*package);
  if (text == 0 || !parse_package(share_bytes(std::move(again)), "again"))
    std::abort(); // What was accepted must survive being written.
  load(package.take());
  return true;
}

/// Most damage has right checksums: what reads the sections sees it then.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t max_size, unsigned seed) {
  std::minstd_rand random(seed);
  size = LLVMFuzzerMutate(data, size, max_size);
  if (random() % 16 == 0)
    return size;
  std::vector<uint8_t> bytes(data, data + size);
  repair_checksums(bytes);
  std::copy(bytes.begin(), bytes.end(), data);
  return size;
}
