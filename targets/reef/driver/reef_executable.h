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
  /// Places the package's code for this chip. One binary serves all chips.
  static Result<std::unique_ptr<runtime::Executable>>
  load(std::shared_ptr<ReefCard> card, const Package &package);
  ~ReefExecutable() override;

  std::span<const ReefKernel> kernels() const { return kernels_; }
  uint64_t base() const { return base_; }

private:
  explicit ReefExecutable(std::shared_ptr<ReefCard> card)
      : card_(std::move(card)) {}
  Status place(const CodeSection &section, const Package &package);

  std::shared_ptr<ReefCard> card_;
  uint64_t base_ = 0; ///< Where the code lies; 0: nowhere.
  std::vector<ReefKernel> kernels_;
};

} // namespace landfall::reef
