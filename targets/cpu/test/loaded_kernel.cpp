//===- loaded_kernel.cpp - One launch of loaded code ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/cpu/driver/services.h"
#include "targets/cpu/test/loaded_kernel_for_test.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

namespace landfall::cpu {

FencedBuffer::FencedBuffer(const std::vector<uint8_t> &contents, bool at_end) {
  auto page = size_t(sysconf(_SC_PAGESIZE));
  size_t inner = (contents.size() + page) / page * page;
  size_ = inner + 2 * page;
  map_ = static_cast<uint8_t *>(
      mmap(nullptr, size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  mprotect(map_ + page, inner, PROT_READ | PROT_WRITE);
  data_ = map_ + page + (at_end ? inner - contents.size() : 0);
  if (!contents.empty())
    std::memcpy(data_, contents.data(), contents.size());
}

FencedBuffer::~FencedBuffer() { munmap(map_, size_); }

LoadedKernel::LoadedKernel(const LoadedCode &image, size_t number)
    : plan_(reinterpret_cast<decltype(plan_)>(
          image.function(fmt::format("k{}_plan", number)))),
      run_(reinterpret_cast<decltype(run_)>(
          image.function(fmt::format("k{}_run", number)))) {}

int64_t LoadedKernel::run_tasks(const std::vector<int64_t> &sizes,
                                Buffers &buffers, int64_t threads) const {
  std::vector<void *> operands;
  for (auto &buffer : buffers)
    operands.push_back(buffer->data());
  NativePlan plan = {-1, -1, threads};
  plan_(sizes.data(), &plan);
  if (plan.tasks < 0 || plan.scratch_bytes < 0)
    return -1;
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

} // namespace landfall::cpu
