//===- atoll_executable.cpp - Kernels and their streams -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/atoll/driver/atoll_card.h"
#include "targets/atoll/driver/encoder.h"
#include "tile/tiler.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace landfall::atoll {

namespace {

/// Shapes whose streams are kept: networks have a few hundred launches.
constexpr size_t most_streams = 4096;

} // namespace

Result<std::unique_ptr<runtime::Executable>>
AtollExecutable::load(std::shared_ptr<AtollCard> card, const Package &package) {
  std::unique_ptr<AtollExecutable> executable(
      new AtollExecutable(std::move(card), package));
  bool has_code = std::ranges::any_of(
      package.code, [](const auto &code) { return code.target == "atoll"; });
  if (!has_code && package.fallbacks.size() < package.kernels.size())
    return Error{ErrorCode::unsupported,
                 fmt::format("the package has no code for this chip, but for "
                             "'{}'; compile the model again with --target "
                             "atoll",
                             package.target)};
  for (uint32_t k = 0; k < package.kernels.size(); ++k) {
    tile::SharedPlan plan;
    if (!find_fallback(package.fallbacks, k))
      plan = TRY(tile::make_plan(package.kernels[k], executable->card_->can));
    executable->plans_.push_back(std::move(plan));
  }
  return std::unique_ptr<runtime::Executable>(std::move(executable));
}

Result<AtollExecutable::Stream>
AtollExecutable::stream(uint32_t kernel, std::span<const int64_t> sizes) const {
  Shape shape = {kernel, {sizes.begin(), sizes.end()}};
  std::lock_guard lock(mutex_);
  if (auto found = streams_.find(shape); found != streams_.end())
    return found->second;
  if (streams_.size() >= most_streams)
    streams_.clear(); // Those that are being launched keep their memory.
  Stream stream = TRY(encode(kernel, sizes));
  streams_.emplace(std::move(shape), stream);
  return stream;
}

Result<AtollExecutable::Stream>
AtollExecutable::encode(uint32_t kernel, std::span<const int64_t> sizes) const {
  std::vector<Instruction> all;
  std::vector<size_t> ends;
  int cores = int(card_->chip.cores);
  for (int core = 0; core < cores; ++core) {
    Encoder encoder(card_->can.products);
    TRY(tile::run_tiler(*plans_[kernel], card_->can, sizes, {core, cores},
                        encoder));
    std::span part = encoder.instructions();
    all.insert(all.end(), part.begin(), part.end());
    ends.push_back(all.size());
  }
  uint64_t address =
      TRY(card_->heap.allocate(all.size() * sizeof(Instruction)));
  std::memcpy(card_->memory->host(address), all.data(),
              all.size() * sizeof(Instruction));
  Stream stream;
  stream.memory = std::shared_ptr<const void>(
      card_->memory->host(address),
      [card = card_, address](const void *) { card->heap.release(address); });
  size_t begin = 0;
  for (size_t end : ends) {
    stream.programs.push_back(
        {address + begin * sizeof(Instruction), end - begin});
    begin = end;
  }
  return stream;
}

} // namespace landfall::atoll
