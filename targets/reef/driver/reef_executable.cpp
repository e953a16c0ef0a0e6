//===- reef_executable.cpp - Kernels in the card's DRAM -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/driver/reef_executable.h"
#include "runtime/elf_image.h"

#include <cstring>
#include <elf.h>
#include <fmt/format.h>

namespace landfall::reef {

namespace {

constexpr std::string_view target = "reef";
constexpr std::string_view variant = "rv64gcv";
constexpr runtime::ElfMachine machine = {EM_RISCV, R_RISCV_RELATIVE};
constexpr uint64_t page_bytes = 4096;

Result<const CodeSection *> find_section(const Package &package) {
  std::string held;
  for (const CodeSection &section : package.code) {
    if (section.target == target && section.variant == variant)
      return &section;
    held += fmt::format("{}{} ({})", held.empty() ? "" : ", ", section.variant,
                        section.target);
  }
  return Error{ErrorCode::unsupported,
               fmt::format("the package has no machine code for this chip: it "
                           "holds {}, and the chip could run {}; compile the "
                           "model again with --target {}",
                           held.empty() ? "none" : held, variant, target)};
}

} // namespace

Result<std::unique_ptr<runtime::Executable>>
ReefExecutable::load(std::shared_ptr<ReefCard> card, const Package &package) {
  std::unique_ptr<ReefExecutable> executable(
      new ReefExecutable(std::move(card), package));
  if (package.kernels.size() > package.fallbacks.size())
    TRY(executable->place(*TRY(find_section(package)), package));
  return std::unique_ptr<runtime::Executable>(std::move(executable));
}

Status ReefExecutable::place(const CodeSection &section,
                             const Package &package) {
  runtime::ElfImage image =
      TRY(runtime::ElfImage::read(section.bytes.data, machine, page_bytes));
  base_ = TRY(card_->heap.allocate(image.bytes(), page_bytes));
  uint8_t *memory = card_->memory->host(base_);
  std::memset(memory, 0, image.bytes());
  TRY(image.place(memory, base_));
  for (size_t k = 0; k < package.kernels.size(); ++k) {
    if (find_fallback(package.fallbacks, uint32_t(k))) {
      kernels_.push_back({0, 0, &package.kernels[k]});
      continue;
    }
    auto plan = image.function(fmt::format("k{}_plan", k));
    auto run = image.function(fmt::format("k{}_run", k));
    if (!plan || !run)
      return Error{ErrorCode::invalid_package,
                   fmt::format("the package's code section '{}' lacks kernel "
                               "{} ('{}')",
                               section.variant, k, package.kernels[k].name)};
    kernels_.push_back({base_ + *plan, base_ + *run, &package.kernels[k]});
  }
  ++card_->code_version;
  return {};
}

ReefExecutable::~ReefExecutable() {
  if (base_)
    card_->heap.release(base_);
}

} // namespace landfall::reef
