//===- contraction_bench.cpp - Contractions against the FMA peak ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//   contraction_bench [--variant avx2] [filter]
//
// One thread. Prints for each shape GFLOP/s and the share of the multiply-add
// peak measured in the same rounds, medians both, and the memory traffic that
// the operands alone cause. Time is the thread's own, as machines are shared.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_for_test.h"
#include "compiler/target.h"
#include "package/interpreter.h"
#include "targets/cpu/driver/elf_loader.h"
#include "targets/cpu/driver/services.h"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <fmt/format.h>

namespace landfall::cpu {
const landfall::compiler::Target &codegen();
}

namespace {

using namespace landfall;

double now() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

//===--- The peak ---------------------------------------------------------===//

/// Independent chains of multiply-adds on vectors of `width` floats.
template <int width> [[gnu::always_inline]] inline double peak_of() {
  using Vector = float __attribute__((ext_vector_type(width)));
  constexpr int chains = 12;
  constexpr long rounds = 300000;
  Vector sums[chains], factor = Vector(0.999f), term = Vector(0.001f);
  for (int k = 0; k < chains; ++k)
    sums[k] = Vector(float(k));
  double start = now();
  for (long round = 0; round < rounds; ++round)
    for (Vector &sum : sums)
      sum = __builtin_elementwise_fma(sum, factor, term);
  Vector total = Vector(0.0f);
  for (const Vector &sum : sums)
    total += sum;
  volatile Vector used = total;
  (void)used;
  return 2.0 * chains * width * rounds / (now() - start) * 1e-9;
}

[[gnu::target("avx512f")]] double peak_avx512() { return peak_of<16>(); }
[[gnu::target("avx2,fma")]] double peak_avx2() { return peak_of<8>(); }

double peak(const std::string &variant) {
  return variant.find("512") != std::string::npos ? peak_avx512() : peak_avx2();
}

//===--- The shapes -------------------------------------------------------===//

struct Shape {
  std::string name;
  kernels::ContractionCase made;
};

class Shapes {
public:
  std::vector<Shape> list;

  void matmul(int64_t m, int64_t n, int64_t k, kernels::MatmulShape s = {}) {
    s.rows = m;
    s.lanes = n;
    s.depth = k;
    std::string name;
    for (int64_t extent : s.batch)
      name += fmt::format("{} x ", extent);
    name += fmt::format("{}x{}x{}", m, n, k);
    if (s.transpose_a)
      name += " a^T";
    if (s.transpose_b)
      name += " b^T";
    add(name, s.types, kernels::make_matmul(s, [] { return true; }));
  }

  /// Square windows, padded to keep the size.
  void convolution(int64_t inputs, int64_t height, int64_t width,
                   int64_t outputs, int64_t window, int64_t stride,
                   int64_t groups = 1, kernels::ContractionTypes types = {}) {
    kernels::ConvolutionShape s{.groups = groups,
                                .inputs = inputs / groups,
                                .outputs = outputs / groups,
                                .image = {height, width},
                                .window = {window, window},
                                .stride = {stride, stride},
                                .dilation = {1, 1},
                                .pad = {window / 2, window / 2},
                                .fixed_weights = true,
                                .types = types,
                                .finish = kernels::Finish::bias_relu};
    add(fmt::format("conv {} {}x{} -> {} {}x{} /{}{}", inputs, height, width,
                    outputs, window, window, stride,
                    groups > 1 ? fmt::format(" in {} groups", groups) : ""),
        types, kernels::make_convolution(s, [] { return true; }));
  }

private:
  void add(std::string name, kernels::ContractionTypes types,
           kernels::ContractionCase made) {
    if (types.a != DType::f32)
      name += fmt::format(" {}", landfall::name(types.a));
    list.push_back({std::move(name), std::move(made)});
  }
};

constexpr kernels::ContractionTypes bytes = {DType::u8, DType::i8, DType::i32,
                                             DType::i32};
constexpr kernels::ContractionTypes halves = {DType::f16, DType::f16,
                                              DType::f32, DType::f16};
constexpr kernels::ContractionTypes brains = {DType::bf16, DType::bf16,
                                              DType::f32, DType::bf16};
constexpr kernels::ContractionTypes doubles = {DType::f64, DType::f64,
                                               DType::f64, DType::f64};

std::vector<Shape> all_shapes() {
  Shapes s;
  kernels::MatmulShape ta{.transpose_a = true}, tb{.transpose_b = true};
  s.matmul(1024, 1024, 1024);
  s.matmul(384, 768, 768);
  s.matmul(384, 768, 768, ta);
  s.matmul(384, 768, 768, tb);
  s.matmul(384, 3072, 768);
  s.matmul(384, 768, 3072);
  s.matmul(196, 256, 2304);
  s.matmul(3136, 64, 576);
  s.matmul(197, 771, 1001);
  s.matmul(60, 16, 256);
  s.matmul(384, 64, 256);
  s.matmul(64, 64, 64);
  s.matmul(64, 64, 32, {.batch = {128}});
  s.matmul(16, 16, 16, {.batch = {256}});
  s.matmul(33, 65, 17, {.batch = {16}});
  s.matmul(384, 384, 64, {.batch = {12}, .transpose_b = true});
  s.matmul(384, 64, 384, {.batch = {12}});
  s.matmul(1, 384, 64, {.batch = {12}, .transpose_b = true});
  s.matmul(1, 64, 384, {.batch = {12}});
  s.matmul(1, 4096, 4096);
  s.matmul(1, 4096, 4096, tb);
  s.matmul(1, 1000, 2048);
  s.matmul(1, 1000, 2048, tb);
  s.matmul(8, 1000, 2048, tb);
  s.matmul(4, 4096, 1024);
  s.matmul(4, 4096, 4096);
  s.matmul(12, 1024, 1024);
  s.matmul(16, 1024, 1024);
  s.matmul(31, 1000, 1000);
  s.matmul(48, 1024, 1024);
  s.matmul(4096, 1, 4096);
  s.matmul(4096, 4, 1024);
  s.matmul(1000, 8, 2048);
  s.matmul(5000, 3, 100);
  s.matmul(512, 512, 512, {.types = bytes});
  s.matmul(512, 512, 512, {.types = halves});
  s.matmul(512, 512, 512, {.types = brains});
  s.matmul(512, 512, 512, {.types = doubles});
  s.convolution(64, 56, 56, 64, 3, 1);
  s.convolution(256, 14, 14, 256, 3, 1);
  s.convolution(64, 56, 56, 256, 1, 1);
  s.convolution(1024, 14, 14, 256, 1, 1);
  s.convolution(3, 224, 224, 64, 7, 2);
  s.convolution(512, 7, 7, 512, 3, 1);
  s.convolution(64, 57, 43, 70, 3, 1);
  s.convolution(64, 224, 224, 32, 3, 1);
  s.convolution(64, 224, 224, 64, 3, 1);
  s.convolution(16, 160, 160, 16, 3, 1);
  s.convolution(16, 52, 52, 32, 3, 1);
  s.convolution(3, 224, 224, 32, 3, 2);
  s.convolution(1, 224, 224, 64, 5, 1);
  s.convolution(32, 112, 112, 64, 3, 2);
  s.convolution(32, 26, 26, 32, 3, 1);
  s.convolution(32, 640, 640, 3, 3, 1);
  s.convolution(128, 56, 56, 128, 3, 2);
  s.convolution(256, 56, 56, 128, 1, 2);
  s.convolution(3, 300, 300, 32, 3, 2);
  s.convolution(96, 112, 112, 24, 1, 1);
  s.convolution(16, 112, 112, 96, 1, 1);
  s.convolution(32, 112, 112, 32, 3, 1, 32);
  s.convolution(144, 56, 56, 144, 3, 2, 144);
  s.convolution(960, 7, 7, 960, 5, 1, 960);
  s.convolution(128, 28, 28, 128, 3, 1, 32);
  s.convolution(64, 56, 56, 64, 3, 1, 1, bytes);
  return std::move(s.list);
}

//===--- Running ----------------------------------------------------------===//

struct Buffer {
  explicit Buffer(size_t bytes)
      : data(std::aligned_alloc(64, (bytes + 64) / 64 * 64)) {
    std::memset(data, 0, bytes);
  }
  ~Buffer() { std::free(data); }
  Buffer(const Buffer &) = delete;
  void *data;
};

/// Fills with ones: no denormals, no infinities.
void fill(DType type, void *data, int64_t count) {
  ScalarValue one;
  if (is_real(type))
    one.d = 1;
  else
    one.i = 1;
  uint8_t *to = static_cast<uint8_t *>(data);
  for (int64_t e = 0; e < count; ++e)
    store_scalar(type, to + e * size_of(type), one);
}

Status measure(const Shape &shape, const std::string &variant) {
  std::vector<CodeSection> sections = TRY(cpu::codegen().generate(
      std::span(&shape.made.kernel, 1), {.variants = {variant}}));
  auto image = TRY(cpu::LoadedCode::load(sections[0].bytes.data));
  auto plan = reinterpret_cast<void (*)(const int64_t *, NativePlan *)>(
      image->function("k0_plan"));
  auto run = reinterpret_cast<int32_t (*)(const NativeCall *)>(
      image->function("k0_run"));
  const std::vector<int64_t> &sizes = shape.made.sizes;
  std::vector<std::unique_ptr<Buffer>> buffers;
  std::vector<void *> operands;
  double traffic = 0;
  for (const KernelOperand &operand : shape.made.kernel.operands) {
    int64_t count = 1;
    for (const Extent &dim : operand.dims)
      count *= dim.constant ? dim.value : sizes[size_t(dim.value)];
    size_t bytes = size_t(count * size_of(operand.dtype));
    traffic += double(bytes);
    buffers.push_back(std::make_unique<Buffer>(bytes));
    operands.push_back(buffers.back()->data);
    fill(operand.dtype, operands.back(), count);
  }
  NativePlan planned = {0, 0, 1};
  plan(sizes.data(), &planned);
  Buffer scratch(size_t(planned.scratch_bytes) + 64);
  int64_t failed = 0;
  NativeCall call = {operands.data(), sizes.data(),     0,      planned.tasks,
                     scratch.data,    &cpu::services(), &failed};
  call.threads = planned.threads;
  double start = now();
  run(&call);
  int repeats = std::max(1, int(0.002 / std::max(now() - start, 1e-7)));
  std::vector<double> times, peaks;
  for (int round = 0; round < 25; ++round) {
    peaks.push_back(peak(variant));
    start = now();
    for (int k = 0; k < repeats; ++k)
      run(&call);
    times.push_back((now() - start) / repeats);
  }
  double rate = shape.made.operations / median(times) * 1e-9;
  fmt::print("{:<40} {:7.1f} GFLOP/s {:5.1f} % of {:5.1f} {:6.1f} GB/s "
             "{:9.1f} us {:4} tasks\n",
             shape.name, rate, 100 * rate / median(peaks), median(peaks),
             traffic / median(times) * 1e-9, median(times) * 1e6,
             planned.tasks);
  std::fflush(stdout);
  return {};
}

} // namespace

int main(int argc, char **argv) {
  std::string variant = "native", filter;
  for (int k = 1; k < argc; ++k) {
    if (std::string_view(argv[k]) == "--variant" && k + 1 < argc)
      variant = argv[++k];
    else
      filter = argv[k];
  }
  if (variant == "native")
    variant = __builtin_cpu_supports("avx512f") ? "avx512" : "avx2";
  for (const Shape &shape : all_shapes()) {
    if (shape.name.find(filter) == std::string::npos)
      continue;
    if (Status status = measure(shape, variant); !status) {
      fmt::print("{}: {}\n", shape.name, status.error().message);
      return 1;
    }
  }
}
