//===- kernel_runner.cpp - Runs kernels on other machines -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The driver's loader and services, compiled for another architecture and run
// under user-mode emulation; compiler/native/suite/emulated_runs_for_test.h
// says what it reads and writes.
//
//===----------------------------------------------------------------------===//
#include "targets/cpu/test/loaded_kernel_for_test.h"

#include <cstdio>
#include <fstream>
#include <iterator>

namespace landfall::cpu {
namespace {

bool read_bytes(void *to, size_t bytes) {
  return std::fread(to, 1, bytes, stdin) == bytes;
}

/// A request's first word may be missing: that is the end of all.
struct Request {
  uint64_t kernel = 0, at_end = 0;
  std::vector<int64_t> sizes;
  std::vector<std::vector<uint8_t>> operands;

  bool read() {
    uint64_t size_count = 0, operand_count = 0;
    if (!read_bytes(&kernel, sizeof(kernel)) ||
        !read_bytes(&at_end, sizeof(at_end)) ||
        !read_bytes(&size_count, sizeof(size_count)))
      return false;
    sizes.resize(size_count);
    if (!read_bytes(sizes.data(), size_count * sizeof(int64_t)) ||
        !read_bytes(&operand_count, sizeof(operand_count)))
      return false;
    std::vector<uint64_t> bytes(operand_count);
    if (!read_bytes(bytes.data(), operand_count * sizeof(uint64_t)))
      return false;
    operands.resize(operand_count);
    for (size_t k = 0; k < operand_count; ++k) {
      operands[k].resize(bytes[k]);
      if (!read_bytes(operands[k].data(), bytes[k]))
        return false;
    }
    return true;
  }
};

void answer(const LoadedKernel &kernel, const Request &request) {
  Buffers buffers;
  for (const std::vector<uint8_t> &operand : request.operands)
    buffers.push_back(
        std::make_unique<FencedBuffer>(operand, request.at_end != 0));
  int64_t status =
      kernel.run_tasks(request.sizes, buffers, int64_t(request.at_end));
  std::fwrite(&status, sizeof(status), 1, stdout);
  for (size_t k = 0; k < buffers.size(); ++k)
    std::fwrite(buffers[k]->data(), 1, request.operands[k].size(), stdout);
}

int run(const char *path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
  auto image = LoadedCode::load(
      {reinterpret_cast<uint8_t *>(bytes.data()), bytes.size()});
  if (!image) {
    std::fprintf(stderr, "%s\n", image.error().message.c_str());
    return 1;
  }
  for (Request request; request.read();) {
    LoadedKernel kernel(**image, request.kernel);
    if (!kernel.is_whole()) {
      std::fprintf(stderr, "kernel %llu was not exported\n",
                   static_cast<unsigned long long>(request.kernel));
      return 1;
    }
    answer(kernel, request);
  }
  return 0;
}

} // namespace
} // namespace landfall::cpu

int main(int count, char **arguments) {
  return count == 2 ? landfall::cpu::run(arguments[1]) : 2;
}
