//===- reef_executable.h - Kernels in the card's DRAM ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/driver/reef_card.h"

namespace landfall::reef {

/// The addresses of a kernel's two functions (package/native_abi.h).
struct ReefKernel {
  uint64_t plan;
  uint64_t run;
  const Kernel *description;
};

class ReefExecutable : public runtime::Executable {
public:
  /// Loads the package's code into the card's DRAM. One binary runs on all
  /// chips.
  static Result<std::unique_ptr<runtime::Executable>>
  load(std::shared_ptr<ReefCard> card, const Package &package);
  ~ReefExecutable() override;

  std::span<const ReefKernel> kernels() const { return kernels_; }
  uint64_t base() const { return base_; }

private:
  ReefExecutable(std::shared_ptr<ReefCard> card, const Package &package)
      : Executable(package.kernels), card_(std::move(card)) {}
  Status place(const CodeSection &section, const Package &package);

  std::shared_ptr<ReefCard> card_;
  uint64_t base_ = 0; ///< The code's DRAM address; 0: there is none.
  std::vector<ReefKernel> kernels_;
};

} // namespace landfall::reef
