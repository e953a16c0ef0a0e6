//===- runner.cpp - Runs kernels for tests --------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A program for Linux on RISC-V without a C library, run under user-mode
// emulation; compiler/native/suite/emulated_runs_for_test.h says what it reads
// and writes.
//
//===----------------------------------------------------------------------===//
#include "device_math/services.h"
#include "package/native_abi.h"
#include "targets/reef/test/kernel_runner/core_page.h"
#include "targets/reef/test/kernel_runner/image.h"
#include "targets/reef/test/kernel_runner/matrix_emulation.h"

using namespace landfall;
using namespace landfall::reef;
using namespace landfall::reef::runner;

extern "C" void *memcpy(void *to, const void *from, size_t bytes) {
  for (size_t k = 0; k < bytes; ++k)
    static_cast<uint8_t *>(to)[k] = static_cast<const uint8_t *>(from)[k];
  return to;
}
extern "C" void *memset(void *to, int value, size_t bytes) {
  for (size_t k = 0; k < bytes; ++k)
    static_cast<uint8_t *>(to)[k] = static_cast<uint8_t>(value);
  return to;
}

namespace {

constexpr size_t page = 4096, max_sizes = 64, max_operands = 64;

/// Memory with pages that fault on both sides of it.
class FencedBuffer {
public:
  void open(size_t bytes, bool at_end) {
    bytes_ = bytes;
    size_t inner = (bytes + page) / page * page;
    whole_ = inner + 2 * page;
    pages_ = map_pages(whole_, no_access);
    protect_pages(pages_ + page, inner, read_write);
    data_ = pages_ + page + (at_end ? inner - bytes : 0);
  }
  void close() { unmap_pages(pages_, whole_); }
  uint8_t *data() { return data_; }
  size_t bytes() const { return bytes_; }

private:
  uint8_t *pages_, *data_;
  size_t whole_, bytes_;
};

uint64_t read_word() {
  uint64_t word;
  read_all(0, &word, sizeof(word));
  return word;
}

/// Tiles like the family's, and a scratchpad so small that products of modest
/// size are cut in every way.
Chip make_chip() {
  uint64_t register_bytes;
  asm(".option push\n"
      ".option arch, +v\n"
      "csrr %0, vlenb\n"
      ".option pop\n"
      : "=r"(register_bytes));
  Chip chip = {2, register_bytes * 8, register_bytes / 2, 0};
  uint64_t block = 2 * chip.edge * 2 * chip.edge * sizeof(float);
  chip.scratch_bytes = 5 * block + 4 * page;
  install_core_page(chip);
  install_matrix_unit(chip.edge);
  return chip;
}

/// "k<number><part>"
void *find(const Image &image, uint64_t number, const char *part) {
  char reversed[20], name[40] = "k";
  size_t digits = 0, at = 1;
  do {
    reversed[digits++] = char('0' + number % 10);
    number /= 10;
  } while (number > 0);
  while (digits > 0)
    name[at++] = reversed[--digits];
  while (*part)
    name[at++] = *part++;
  void *function = image.function(name);
  require(function, Failure::input);
  return function;
}

struct Request {
  uint64_t kernel, at_end, size_count, operand_count;
  int64_t sizes[max_sizes];
  FencedBuffer buffers[max_operands];
};

/// False at the end of the requests.
bool read_request(Request &request) {
  if (read_some(0, &request.kernel, sizeof(uint64_t)) != sizeof(uint64_t))
    return false;
  request.at_end = read_word();
  request.size_count = read_word();
  require(request.size_count <= max_sizes, Failure::input);
  read_all(0, request.sizes, request.size_count * sizeof(int64_t));
  request.operand_count = read_word();
  require(request.operand_count <= max_operands, Failure::input);
  for (uint64_t k = 0; k < request.operand_count; ++k)
    request.buffers[k].open(read_word(), request.at_end);
  for (uint64_t k = 0; k < request.operand_count; ++k)
    read_all(0, request.buffers[k].data(), request.buffers[k].bytes());
  return true;
}

/// Tasks from the last to the first, one or two at a time.
int64_t run(const Image &image, const Chip &chip, Request &request) {
  using Plan = void (*)(const int64_t *, NativePlan *);
  using Run = int32_t (*)(const NativeCall *);
  auto plan = reinterpret_cast<Plan>(find(image, request.kernel, "_plan"));
  auto run = reinterpret_cast<Run>(find(image, request.kernel, "_run"));
  NativePlan planned = {-1, -1};
  plan(request.sizes, &planned);
  require(planned.tasks >= 0 && planned.scratch_bytes >= 0, Failure::memory);
  FencedBuffer scratch, local;
  local.open(chip.scratch_bytes, true);
  scratch.open(size_t(planned.scratch_bytes + 63) / 64 * 64, true);
  NativeServices services = device_math::services();
  void *operands[max_operands];
  for (uint64_t k = 0; k < request.operand_count; ++k)
    operands[k] = request.buffers[k].data();
  int64_t failed_value = 0;
  NativeCall call = {operands,
                     request.sizes,
                     0,
                     0,
                     scratch.data(),
                     &services,
                     &failed_value,
                     local.data(),
                     int64_t(local.bytes()),
                     [](NativeCall *) { return 0; }};
  int32_t failed = 0;
  for (int64_t end = planned.tasks; end > 0 && failed == 0; end = call.begin) {
    call.end = end;
    call.begin = end > 2 ? end - 2 : 0;
    failed = run(&call);
  }
  scratch.close();
  local.close();
  return failed;
}

} // namespace

extern "C" [[noreturn]] void run_requests(const char *const *arguments) {
  Image image(arguments[2]); // After the count and the program's name.
  Chip chip = make_chip();
  static Request request;
  while (read_request(request)) {
    int64_t status = run(image, chip, request);
    write_all(1, &status, sizeof(status));
    for (uint64_t k = 0; k < request.operand_count; ++k) {
      write_all(1, request.buffers[k].data(), request.buffers[k].bytes());
      request.buffers[k].close();
    }
  }
  leave(0);
}

asm(".globl _start\n"
    "_start:\n"
    "  .option push\n"
    "  .option norelax\n"
    "  lla gp, __global_pointer$\n"
    "  .option pop\n"
    "  mv a0, sp\n"
    "  andi sp, sp, -16\n"
    "  call run_requests\n");
