//===- tiled_executable.h - Kernels that the tiler computes ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "card/card_memory.h"
#include "ring/queue_launch.h"
#include "runtime/device.h"
#include "runtime/device_heap.h"
#include "tile/tiler.h"

#include <functional>
#include <map>
#include <mutex>

namespace landfall::card {

/// The programs of a kernel at some sizes, one a core.
struct Stream {
  std::vector<ring::QueueProgram> programs;
  std::shared_ptr<const void> memory; ///< Released with the last copy of it.
};

/// Encodes what `emit` calls a backend with: the instructions of one core.
using Emit = std::function<Status(tile::EngineBackend &)>;
using Encode = Result<std::vector<uint8_t>> (*)(const tile::Capabilities &can,
                                                const Emit &emit);

/// Encodes with a backend that is made of capabilities and has `instructions`.
template <typename Encoder>
Result<std::vector<uint8_t>> encode_with(const tile::Capabilities &can,
                                         const Emit &emit) {
  Encoder encoder(can);
  TRY(emit(encoder));
  std::span bytes = std::as_bytes(std::span(encoder.instructions()));
  auto *begin = reinterpret_cast<const uint8_t *>(bytes.data());
  return std::vector<uint8_t>(begin, begin + bytes.size());
}

/// A chip that the tiler makes instructions for. Outlives executables.
struct TiledChip {
  std::string_view target; ///< Whose code sections it runs.
  const tile::Capabilities &can;
  int cores = 1;
  const CardMemory &memory;
  runtime::DeviceHeap &heap;
  Encode encode;
  /// Where the calls of each shape are written as text: 007_name.4x16.calls;
  /// empty: nowhere.
  std::string dump_folder = {};
};

/// Plans of a package's kernels, made when it is loaded. Instructions are
/// encoded when a kernel is launched with sizes for the first time, and kept in
/// the card's memory. Thread-safe.
class TiledExecutable final : public runtime::Executable {
public:
  /// Fails with `unsupported` if the package has kernels that do not fall back
  /// but no code for the target, or code that this build cannot plan. `owner`
  /// keeps the chip alive.
  static Result<std::unique_ptr<runtime::Executable>>
  load(const Package &package, const TiledChip &chip,
       std::shared_ptr<const void> owner);

  /// Fails as tile::run_tiler does: with `unsupported` on sizes that no stream
  /// can be made for, with `cancelled` soon after `stop` (null: never) has
  /// become true.
  Result<Stream> stream(uint32_t kernel, std::span<const int64_t> sizes,
                        const std::atomic<bool> *stop) const;
  bool may_refuse_sizes() const override { return true; }

private:
  using Shape = std::pair<uint32_t, std::vector<int64_t>>;

  TiledExecutable(const Package &package, const TiledChip &chip,
                  std::shared_ptr<const void> owner)
      : Executable(package.kernels), owner_(std::move(owner)), chip_(chip) {}
  Result<Stream> encode(uint32_t kernel, std::span<const int64_t> sizes,
                        const std::atomic<bool> *stop) const;
  Status dump(uint32_t kernel, std::span<const int64_t> sizes,
              std::string_view calls) const;

  std::shared_ptr<const void> owner_;
  const TiledChip chip_;
  std::vector<tile::SharedPlan> plans_; ///< Null: the kernel falls back.
  mutable std::mutex mutex_;
  mutable std::map<Shape, Stream> streams_;
};

} // namespace landfall::card
