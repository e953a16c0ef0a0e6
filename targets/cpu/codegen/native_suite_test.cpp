//===- native_suite_test.cpp - The suite on this processor ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/suite/native_suite_for_test.h"

#include "compiler/target.h"
#include "package/native_abi.h"
#include "targets/cpu/driver/elf_loader.h"
#include "targets/cpu/driver/machine_variants.h"
#include "targets/cpu/driver/services.h"

#include <cstring>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <memory>
#include <sys/mman.h>

namespace landfall::cpu {

const landfall::compiler::Target &codegen();

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

using Buffers = std::vector<std::unique_ptr<FencedBuffer>>;

/// One kernel of a loaded image.
class LoadedKernel {
public:
  LoadedKernel(LoadedCode &image, size_t number)
      : plan_(reinterpret_cast<decltype(plan_)>(
            image.function(fmt::format("k{}_plan", number)))),
        run_(reinterpret_cast<decltype(run_)>(
            image.function(fmt::format("k{}_run", number)))) {}

  bool is_whole() const { return plan_ && run_; }
  native::Outcome launch(const native::Launch &launch, bool at_end);

private:
  int64_t run_tasks(const std::vector<int64_t> &sizes, Buffers &buffers,
                    int64_t threads);

  void (*plan_)(const int64_t *, NativePlan *);
  int32_t (*run_)(const NativeCall *);
};

int64_t LoadedKernel::run_tasks(const std::vector<int64_t> &sizes,
                                Buffers &buffers, int64_t threads) {
  std::vector<void *> operands;
  for (auto &buffer : buffers)
    operands.push_back(buffer->data());
  NativePlan plan = {-1, -1, threads};
  plan_(sizes.data(), &plan);
  EXPECT_GE(plan.tasks, 0);
  FencedBuffer scratch(
      std::vector<uint8_t>(size_t(plan.scratch_bytes + 63) / 64 * 64), true);
  int64_t failed_value = 0;
  NativeCall call = {operands.data(), sizes.data(), 0, 0, scratch.data(),
                     &services(),     &failed_value};
  call.threads = threads;
  for (int64_t end = plan.tasks; end > 0;) {
    call.end = end;
    call.begin = std::max<int64_t>(0, end - 2);
    if (int32_t failed = run_(&call))
      return failed;
    end = call.begin;
  }
  return 0;
}

native::Outcome LoadedKernel::launch(const native::Launch &launch,
                                     bool at_end) {
  Buffers buffers;
  for (const std::vector<uint8_t> &operand : launch.operands)
    buffers.push_back(std::make_unique<FencedBuffer>(operand, at_end));
  // The cut for one thread, and that for many.
  native::Outcome outcome{run_tasks(launch.sizes, buffers, at_end), {}};
  for (size_t k = 0; k < buffers.size(); ++k)
    outcome.operands.emplace_back(
        buffers[k]->data(), buffers[k]->data() + launch.operands[k].size());
  return outcome;
}

} // namespace
} // namespace landfall::cpu

namespace landfall::native {

const double service_ulps = 0;

std::vector<Outcomes> run_everywhere(const std::vector<Kernel> &kernels,
                                     std::span<const Run> runs) {
  std::vector<Outcomes> all;
  for (const cpu::MachineVariant &variant : cpu::machine_variants()) {
    if (!variant.runs_here)
      continue;
    auto sections = cpu::codegen().generate(
        kernels, {.variants = {std::string(variant.name)}});
    if (!sections) {
      ADD_FAILURE() << sections.error().message;
      return {};
    }
    // Kernels that this variant makes no difference for have another's code.
    if (sections->at(0).variant != variant.name)
      continue;
    auto image = cpu::LoadedCode::load(sections->at(0).bytes.data);
    if (!image) {
      ADD_FAILURE() << image.error().message;
      return {};
    }
    Outcomes &outcomes = all.emplace_back(std::string(variant.name));
    for (const Run &run : runs) {
      cpu::LoadedKernel kernel(**image, run.kernel);
      if (!kernel.is_whole()) {
        ADD_FAILURE() << kernels[run.kernel].name << " was not exported";
        return {};
      }
      outcomes.runs.push_back(kernel.launch(*run.launch, run.at_end));
    }
  }
  return all;
}

} // namespace landfall::native
