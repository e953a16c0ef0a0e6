//===- elf_loader.cpp - Loading machine code ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/cpu/driver/elf_loader.h"

#include <cstring>
#include <elf.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

namespace landfall::cpu {

namespace {

#if defined(__x86_64__)
constexpr runtime::ElfMachine machine = {EM_X86_64, R_X86_64_RELATIVE};
#elif defined(__aarch64__)
constexpr runtime::ElfMachine machine = {EM_AARCH64, R_AARCH64_RELATIVE};
#elif defined(__riscv)
constexpr runtime::ElfMachine machine = {EM_RISCV, R_RISCV_RELATIVE};
#else
#error "no ELF loader for this machine"
#endif

} // namespace

Status LoadedCode::map() {
  void *memory = mmap(nullptr, image_.bytes(), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return Error{ErrorCode::out_of_memory,
                 fmt::format("there is no memory for {} bytes of machine code",
                             image_.bytes())};
  base_ = static_cast<uint8_t *>(memory);
  return image_.place(base_, reinterpret_cast<uint64_t>(base_));
}

Status LoadedCode::protect(uint64_t page) {
  for (const runtime::ElfSegment &segment : image_.segments()) {
    uint64_t begin = segment.address / page * page;
    uint64_t end = (segment.address + segment.bytes + page - 1) / page * page;
    int protection = (segment.readable ? PROT_READ : 0) |
                     (segment.writable ? PROT_WRITE : 0) |
                     (segment.executable ? PROT_EXEC | PROT_READ : 0);
    if (mprotect(base_ + begin, end - begin, protection) != 0)
      return Error{ErrorCode::device,
                   fmt::format("the system refuses to make machine code "
                               "executable: {}",
                               std::strerror(errno))};
    if (segment.executable)
      __builtin___clear_cache(reinterpret_cast<char *>(base_ + begin),
                              reinterpret_cast<char *>(base_ + end));
  }
  return {};
}

Result<std::unique_ptr<LoadedCode>>
LoadedCode::load(std::span<const uint8_t> file) {
  auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  runtime::ElfImage image = TRY(runtime::ElfImage::read(file, machine, page));
  std::unique_ptr<LoadedCode> code(new LoadedCode(std::move(image)));
  TRY(code->map());
  TRY(code->protect(page));
  return code;
}

LoadedCode::~LoadedCode() {
  if (base_)
    munmap(base_, image_.bytes());
}

void *LoadedCode::function(std::string_view name) const {
  std::optional<uint64_t> address = image_.function(name);
  return address ? base_ + *address : nullptr;
}

} // namespace landfall::cpu
