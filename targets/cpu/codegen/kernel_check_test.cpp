//===- kernel_check_test.cpp - Generated code against meaning -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/cpu/codegen/kernel_check_for_test.h"

#include "compiler/target.h"
#include "package/native_abi.h"
#include "targets/cpu/driver/elf_loader.h"
#include "targets/cpu/driver/machine_variants.h"
#include "targets/cpu/driver/services.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

namespace landfall::cpu {

const landfall::Target &codegen();

namespace {

/// Memory with pages that fault on both sides of it.
class FencedBuffer {
public:
  FencedBuffer(const std::vector<uint8_t> &contents, bool at_end) {
    constexpr size_t page = 4096;
    size_t inner = (contents.size() + page) / page * page;
    size_ = inner + 2 * page;
    map_ = static_cast<uint8_t *>(
        mmap(nullptr, size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(map_ + page, inner, PROT_READ | PROT_WRITE);
    data_ = map_ + page + (at_end ? inner - contents.size() : 0);
    if (!contents.empty())
      std::memcpy(data_, contents.data(), contents.size());
  }
  ~FencedBuffer() { munmap(map_, size_); }
  FencedBuffer(const FencedBuffer &) = delete;
  uint8_t *data() { return data_; }

private:
  uint8_t *map_, *data_;
  size_t size_;
};

double ulp_of(DType type, double value) {
  int bits = type == DType::f64    ? 53
             : type == DType::f32  ? 24
             : type == DType::f16  ? 11
             : type == DType::bf16 ? 8
                                   : 4;
  int lowest = type == DType::f64 ? -1022 : type == DType::f16 ? -14 : -126;
  int exponent = value == 0 ? lowest : std::ilogb(value);
  return std::ldexp(1.0, std::max(exponent, lowest) - (bits - 1));
}

bool matches(DType type, ScalarValue got, ScalarValue want,
             const Tolerance &tolerance) {
  if (!is_real(type))
    return got.i == want.i;
  if (std::isnan(want.d) || std::isnan(got.d))
    return std::isnan(want.d) && std::isnan(got.d);
  if (got.d == want.d)
    return true;
  double apart = std::fabs(got.d - want.d);
  if (std::isinf(want.d) || std::isinf(got.d))
    return false;
  return apart <= tolerance.absolute ||
         apart <= tolerance.ulps * ulp_of(type, want.d);
}

std::string text(DType type, ScalarValue value) {
  return is_real(type) ? fmt::format("{:.9g}", value.d)
                       : fmt::format("{}", value.i);
}

class Checker {
public:
  Checker(const Case &test, size_t number, const std::string &variant)
      : case_(test), number_(number), variant_(variant) {}

  void check(ElfImage &image);

private:
  void check_launch(const Launch &launch, bool at_end);
  int64_t run(const Launch &launch, std::vector<void *> &operands);
  void compare(const Launch &launch, size_t operand, const uint8_t *got,
               const uint8_t *want);

  const Case &case_;
  size_t number_;
  std::string variant_;
  void (*plan_)(const int64_t *, native::NativePlan *) = nullptr;
  int32_t (*run_)(const native::NativeCall *) = nullptr;
};

void Checker::check(ElfImage &image) {
  plan_ = reinterpret_cast<decltype(plan_)>(
      image.function(fmt::format("k{}_plan", number_)));
  run_ = reinterpret_cast<decltype(run_)>(
      image.function(fmt::format("k{}_run", number_)));
  ASSERT_TRUE(plan_ && run_) << case_.kernel.name;
  for (const Launch &launch : case_.launches)
    for (bool at_end : {true, false}) {
      if (testing::Test::HasFailure())
        return;
      check_launch(launch, at_end);
    }
}

/// Tasks in an odd order, one or two at a time. 0, or 1 + the failed check.
int64_t Checker::run(const Launch &launch, std::vector<void *> &operands) {
  native::NativePlan plan = {-1, -1};
  plan_(launch.sizes.data(), &plan);
  EXPECT_GE(plan.tasks, 0);
  FencedBuffer scratch(
      std::vector<uint8_t>(size_t(plan.scratch_bytes + 63) / 64 * 64), true);
  int64_t failed_value = 0;
  native::NativeCall call = {
      operands.data(), launch.sizes.data(), 0, 0, scratch.data(),
      &services(),     &failed_value};
  for (int64_t end = plan.tasks; end > 0;) {
    call.end = end;
    call.begin = std::max<int64_t>(0, end - 2);
    if (int32_t failed = run_(&call))
      return failed;
    end = call.begin;
  }
  return 0;
}

void Checker::compare(const Launch &launch, size_t operand, const uint8_t *got,
                      const uint8_t *want) {
  const KernelOperand &o = case_.kernel.operands[operand];
  int64_t count = element_count(o.dims, launch.sizes);
  int reported = 0;
  for (int64_t e = 0; e < count && reported < 5; ++e) {
    ScalarValue g = load_scalar(o.dtype, got + e * size_of(o.dtype));
    ScalarValue w = load_scalar(o.dtype, want + e * size_of(o.dtype));
    if (matches(o.dtype, g, w, case_.tolerance))
      continue;
    ++reported;
    std::string inputs;
    for (size_t k = 0; k < launch.operands.size(); ++k)
      if (element_count(case_.kernel.operands[k].dims, launch.sizes) == count)
        inputs +=
            " " +
            text(case_.kernel.operands[k].dtype,
                 load_scalar(case_.kernel.operands[k].dtype,
                             launch.operands[k].data() +
                                 e * size_of(case_.kernel.operands[k].dtype)));
    ADD_FAILURE() << case_.kernel.name << " (" << variant_ << ") operand "
                  << operand << " element " << e << " of " << count << ": got "
                  << text(o.dtype, g) << ", want " << text(o.dtype, w)
                  << "; inputs there:" << inputs << "\nsizes "
                  << fmt::format("{}", fmt::join(launch.sizes, " "));
  }
  if (reported)
    ADD_FAILURE() << print(case_.kernel);
}

void Checker::check_launch(const Launch &launch, bool at_end) {
  std::vector<std::unique_ptr<FencedBuffer>> buffers;
  std::vector<std::vector<uint8_t>> expected = launch.operands;
  std::vector<void *> got, want;
  for (size_t k = 0; k < launch.operands.size(); ++k) {
    buffers.push_back(
        std::make_unique<FencedBuffer>(launch.operands[k], at_end));
    got.push_back(buffers.back()->data());
    want.push_back(expected[k].data());
  }
  Status meaning = interpret(case_.kernel, {want, launch.sizes});
  int64_t status = run(launch, got);
  EXPECT_EQ(meaning.ok(), status == 0)
      << case_.kernel.name << ": " << (meaning ? "" : meaning.error().message);
  if (!meaning)
    return;
  for (size_t k = 0; k < launch.operands.size(); ++k)
    compare(launch, k, buffers[k]->data(), expected[k].data());
}

template <typename T> T any_of(std::mt19937 &random, std::vector<T> choices) {
  return choices[random() % choices.size()];
}

void fill_real(DType type, uint8_t *element, std::mt19937 &random,
               bool special) {
  double value = std::uniform_real_distribution<>(-4, 4)(random);
  if (special && random() % 3 == 0)
    value = any_of<double>(
        random,
        {0.0,       -0.0,  1.0,   -1.0,   0.5,     2.0,          3.0,
         1e30,      -1e30, 1e-30, 1e9,    3e9,     1e19,         -1e19,
         128.5,     255.5, -129,  1e-42,  65519.9, 65520,        INFINITY,
         -INFINITY, NAN,   88.9,  -104.5, 7.9e-8,  448,          464,
         465,       57344, 61440, 1e300,  -1e-300, 2147483648.0, 9.3e18});
  ScalarValue v;
  v.d = value;
  if (type != DType::f64)
    v.d = real_to_float(type, real_from_double(type, value, Saturation::off));
  store_scalar(type, element, v);
}

void fill(DType type, uint8_t *element, std::mt19937 &random, bool special) {
  if (is_real(type))
    return fill_real(type, element, random, special);
  int64_t value = int64_t(random() % 19) - (is_signed_integer(type) ? 9 : 0);
  if (type == DType::boolean)
    value = random() % 2;
  else if (special && random() % 2)
    value = any_of<int64_t>(random,
                            {int64_t((uint64_t(random()) << 32) | random()),
                             INT64_MIN, INT64_MAX, -1, 0, 1, 127, 128, 255,
                             32767, 65535, INT32_MIN, INT32_MAX, UINT32_MAX});
  ScalarValue v;
  v.i = type == DType::boolean ? value : wrap_integer(type, value);
  store_scalar(type, element, v);
}

} // namespace

std::vector<int64_t> extents_of(const std::vector<Extent> &dims,
                                const std::vector<int64_t> &sizes) {
  std::vector<int64_t> result;
  for (const Extent &dim : dims)
    result.push_back(dim.constant ? dim.value : sizes[dim.value]);
  return result;
}

int64_t element_count(const std::vector<Extent> &dims,
                      const std::vector<int64_t> &sizes) {
  int64_t count = 1;
  for (int64_t extent : extents_of(dims, sizes))
    count *= extent;
  return count;
}

Launch random_launch(const Kernel &kernel, std::vector<int64_t> sizes,
                     std::mt19937 &random, bool special) {
  Launch launch;
  for (const KernelOperand &operand : kernel.operands) {
    int64_t count = element_count(operand.dims, sizes);
    std::vector<uint8_t> bytes(size_t(count * size_of(operand.dtype)));
    for (int64_t e = 0; e < count; ++e)
      fill(operand.dtype, bytes.data() + e * size_of(operand.dtype), random,
           special);
    launch.operands.push_back(std::move(bytes));
  }
  launch.sizes = std::move(sizes);
  return launch;
}

void check_cases(const std::vector<Case> &cases) {
  std::vector<Kernel> kernels;
  for (const Case &test : cases) {
    Status good = verify(test.kernel);
    ASSERT_TRUE(good.ok()) << test.kernel.name << ": "
                           << (good ? "" : good.error().message);
    kernels.push_back(test.kernel);
  }
  for (const MachineVariant &variant : machine_variants()) {
    if (!variant.runs_here)
      continue;
    auto sections =
        codegen().generate(kernels, {.variants = {std::string(variant.name)}});
    ASSERT_TRUE(sections.ok()) << sections.error().message;
    auto image = ElfImage::load(sections->at(0).bytes.data);
    ASSERT_TRUE(image.ok()) << image.error().message;
    for (size_t k = 0; k < cases.size(); ++k)
      Checker(cases[k], k, std::string(variant.name)).check(**image);
  }
}

} // namespace landfall::cpu
