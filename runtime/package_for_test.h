//===- package_for_test.h - Small packages, written by hand ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For tests only. The kernels exist as descriptions here and, for targets that
// have any, as machine code in the folder LANDFALL_TEST_CODE.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel_for_test.h"
#include "package/package.h"
#include "runtime/session.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

namespace landfall::runtime {

/// Numbers of the kernels in every test package.
enum TestKernel : uint32_t {
  increment = 0,       ///< float y[i] = x[i] + 1
  below_ten = 1,       ///< int64 y[i] = x[i], checked to be below 10
  exponential = 2,     ///< double y[i] = exp(x[i])
  wrong_increment = 3, ///< described as increment; machine code adds 1.5
};

inline Kernel
element_kernel(std::string name, DType dtype,
               const std::function<NodeId(KernelMaker &, NodeId)> &body) {
  KernelMaker k(std::move(name), KernelClass::map);
  k.kernel.size_count = 1;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(dtype, {sized(0)});
  k.output(dtype, {sized(0)});
  NodeId i = k.param(DType::i64);
  k.yield({body(k, k.load(x, {i}))});
  k.kernel.origins = {{k.kernel.name + "_node", false, "Test"}};
  return std::move(k.kernel);
}

inline std::vector<Kernel> test_kernels() {
  auto add_one = [](KernelMaker &k, NodeId x) {
    return k.scalar(ScalarOp::add, DType::f32, {x, k.real(1)});
  };
  auto check = [](KernelMaker &k, NodeId x) {
    NodeId legal = k.scalar(ScalarOp::lt, DType::boolean, {x, k.literal(10)});
    k.check({legal, x}, "not below 10", {"below_ten_node", false, "Test"});
    return x;
  };
  auto exp = [](KernelMaker &k, NodeId x) {
    return k.scalar(ScalarOp::exp, DType::f64, {x});
  };
  return {element_kernel("increment", DType::f32, add_one),
          element_kernel("below_ten", DType::i64, check),
          element_kernel("exponential", DType::f64, exp),
          element_kernel("wrong_increment", DType::f32, add_one)};
}

/// Code sections from files named <target>.<variant>.
inline std::vector<CodeSection> test_code() {
  std::vector<CodeSection> sections;
  std::error_code failed;
  for (const auto &entry :
       std::filesystem::directory_iterator(LANDFALL_TEST_CODE, failed)) {
    std::string name = entry.path().filename();
    std::ifstream file(entry.path(), std::ios::binary);
    std::vector<uint8_t> bytes(std::istreambuf_iterator<char>(file), {});
    size_t dot = name.find('.');
    sections.push_back({name.substr(0, dot), name.substr(dot + 1),
                        share_bytes(std::move(bytes))});
  }
  return sections;
}

template <typename T> Bytes bytes_of(const std::vector<T> &values) {
  std::vector<uint8_t> bytes(values.size() * sizeof(T));
  if (!bytes.empty())
    std::memcpy(bytes.data(), values.data(), bytes.size());
  return share_bytes(std::move(bytes));
}

template <typename T>
HostValue host_tensor(DType dtype, std::vector<int64_t> dims,
                      const std::vector<T> &values) {
  return {HostTensor{dtype, std::move(dims), bytes_of(values), {}}};
}
inline HostValue floats(const std::vector<float> &values) {
  return host_tensor(DType::f32, {int64_t(values.size())}, values);
}
inline HostValue integers(const std::vector<int64_t> &values) {
  return host_tensor(DType::i64, {int64_t(values.size())}, values);
}

template <typename T> std::vector<T> elements(const HostValue &value) {
  const HostTensor &tensor = std::get<HostTensor>(value.value);
  std::vector<T> values(tensor.bytes.data.size() / sizeof(T));
  if (!values.empty())
    std::memcpy(values.data(), tensor.bytes.data.data(),
                tensor.bytes.data.size());
  return values;
}

/// Writes a program instruction by instruction.
struct TestProgram {
  Program program;

  TestProgram(std::vector<SignatureValue> inputs,
              std::vector<SignatureValue> outputs) {
    program.int_registers = 16;
    program.value_registers = 16;
    program.entries = {{"main", 0, std::move(inputs), std::move(outputs)}};
  }
  uint32_t emit(Op op, std::vector<uint32_t> args = {}) {
    program.code.push_back({op, std::move(args)});
    return static_cast<uint32_t>(program.code.size() - 1);
  }
  void constant(uint32_t r, int64_t value) {
    emit(Op::constant, {r, uint32_t(value), uint32_t(uint64_t(value) >> 32)});
  }
  /// One input, one output and one size.
  void launch(uint32_t kernel, uint32_t from, uint32_t to, uint32_t size) {
    emit(Op::launch, {kernel, 2, from, to, 1, size});
  }
};

inline SignatureValue tensor_port(std::string name, DType dtype,
                                  std::vector<SignatureDim> dims) {
  return {std::move(name), ValueKind::tensor, dtype, std::move(dims)};
}

inline std::vector<SignatureValue> vector_port(std::string name,
                                               DType dtype = DType::f32) {
  return {tensor_port(std::move(name), dtype, {{-1, "N"}})};
}

/// y = x + 1 + 1; the intermediate is in an arena of 64 N bytes; r0 = N, r1 the
/// arena's bytes.
inline TestProgram add_two() {
  TestProgram p(vector_port("x", DType::f32), vector_port("y", DType::f32));
  p.emit(Op::input, {0, 0});
  p.emit(Op::dim, {0, 0, 0});
  p.constant(2, 64);
  p.emit(Op::mul, {1, 0, 2});
  p.emit(Op::arena, {1});
  p.constant(3, 0);
  p.emit(Op::place, {1, uint32_t(DType::f32), 3, 1, 0});
  p.launch(increment, 0, 1, 0);
  p.emit(Op::alloc, {2, uint32_t(DType::f32), 1, 0});
  p.launch(increment, 1, 2, 0);
  p.emit(Op::output, {0, 2});
  p.emit(Op::stop);
  return p;
}

inline Package test_package(Program program) {
  Package package;
  package.target = "null";
  package.producer = "test";
  package.model_name = "test";
  package.kernels = test_kernels();
  package.code = test_code();
  package.program = std::move(program);
  return package;
}

/// Whether the device needs no machine code: it loads a package without any.
inline bool executes_descriptions(std::string_view device) {
  Package package = test_package({});
  package.code.clear();
  auto created = create_device(device, {});
  return created.ok() && (*created)->load(package).ok();
}

/// Whether this build has what the device needs to run the test kernels.
inline bool has_test_code(std::string_view device) {
  std::string_view target = (*find_driver(device))->name;
  for (const CodeSection &section : test_code())
    if (section.target == target)
      return true;
  return executes_descriptions(device);
}

/// A device, and how it runs the kernels of test packages.
struct TestDevice {
  enum class Kernels : uint8_t {
    native,    ///< By its own code.
    fallback,  ///< All fall back, without code.
    host_code, ///< All fall back, with the code of cpu's test kernels.
  };
  std::string name;
  Kernels kernels = Kernels::native;

  std::string text() const {
    static constexpr const char *suffixes[] = {"", "_fallback", "_host_code"};
    return name + suffixes[size_t(kernels)];
  }
  /// Whether this build has what it needs.
  bool is_usable() const {
    return kernels != Kernels::native || has_test_code(name);
  }
  /// Whether kernels do what their descriptions say, whatever the code does.
  bool interprets() const {
    return kernels == Kernels::fallback || executes_descriptions(name);
  }
  /// The test package (or one like it) for this device.
  Package adapt(Package package) const {
    if (kernels == Kernels::native)
      return package;
    bool has_code = kernels == Kernels::host_code;
    std::vector<CodeSection> code = std::move(package.code);
    package.code.clear();
    for (uint32_t k = 0; k < package.kernels.size(); ++k)
      package.fallbacks.push_back({k, "it is a test", has_code});
    for (CodeSection &section : code)
      if (has_code && section.target == "cpu")
        package.fallback_code.push_back(std::move(section));
    return package;
  }
};

/// Every device in each way, for tests that run on all.
inline std::vector<TestDevice> test_devices() {
  std::vector<TestDevice> list;
  for (const Driver &driver : drivers())
    for (std::string &name : driver.devices()) {
      list.push_back({name, TestDevice::Kernels::native});
      list.push_back({name, TestDevice::Kernels::fallback});
      if (driver.name != "cpu" && has_test_code("cpu"))
        list.push_back({name, TestDevice::Kernels::host_code});
    }
  return list;
}

} // namespace landfall::runtime
