//===- tiled_executable.cpp - Kernels that the tiler computes -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "card/tiled_executable.h"

#include <algorithm>
#include <fmt/format.h>

namespace landfall::card {

namespace {

/// Shapes whose streams are kept: networks have a few hundred launches.
constexpr size_t most_streams = 4096;

} // namespace

Result<std::unique_ptr<runtime::Executable>>
TiledExecutable::load(const Package &package, const TiledChip &chip,
                      std::shared_ptr<const void> owner) {
  std::unique_ptr<TiledExecutable> executable(
      new TiledExecutable(package, chip, std::move(owner)));
  bool has_code = std::ranges::any_of(package.code, [&](const auto &code) {
    return code.target == chip.target;
  });
  if (!has_code && package.fallbacks.size() < package.kernels.size())
    return Error{ErrorCode::unsupported,
                 fmt::format("the package has no code for this chip, but for "
                             "'{}'; compile the model again with --target {}",
                             package.target, chip.target)};
  for (uint32_t k = 0; k < package.kernels.size(); ++k) {
    if (find_fallback(package.fallbacks, k)) {
      executable->plans_.push_back(nullptr);
      continue;
    }
    auto plan = tile::make_plan(package.kernels[k], chip.can);
    if (!plan)
      return Error{ErrorCode::unsupported,
                   fmt::format("this chip does not run kernel '{}' of the "
                               "package, because {}; compile the model again",
                               package.kernels[k].name, plan.error().message)};
    executable->plans_.push_back(plan.take());
  }
  return std::unique_ptr<runtime::Executable>(std::move(executable));
}

Result<Stream> TiledExecutable::stream(uint32_t kernel,
                                       std::span<const int64_t> sizes,
                                       const std::atomic<bool> *stop) const {
  Shape shape = {kernel, {sizes.begin(), sizes.end()}};
  std::lock_guard lock(mutex_);
  if (auto found = streams_.find(shape); found != streams_.end())
    return found->second;
  if (streams_.size() >= most_streams)
    streams_.clear(); // Those that are being launched keep their memory.
  Stream stream = TRY(encode(kernel, sizes, stop));
  streams_.emplace(std::move(shape), stream);
  return stream;
}

Result<Stream> TiledExecutable::encode(uint32_t kernel,
                                       std::span<const int64_t> sizes,
                                       const std::atomic<bool> *stop) const {
  std::vector<uint8_t> all;
  Stream stream;
  for (int core = 0; core < chip_.cores; ++core) {
    std::vector<uint8_t> part = TRY(
        chip_.encode(chip_.can, [&](tile::EngineBackend &backend) -> Status {
          return tile::run_tiler(*plans_[kernel], chip_.can, sizes,
                                 {core, chip_.cores}, backend, stop);
        }));
    stream.programs.push_back({all.size(), part.size()});
    all.insert(all.end(), part.begin(), part.end());
  }
  uint64_t address = TRY(chip_.heap.allocate(all.size()));
  uint8_t *host = chip_.memory.host(address);
  std::copy(all.begin(), all.end(), host);
  stream.memory = std::shared_ptr<const void>(
      host, [owner = owner_, heap = &chip_.heap, address](const void *) {
        heap->release(address);
      });
  for (Program &program : stream.programs)
    program.address += address;
  return stream;
}

} // namespace landfall::card
