//===- tiled_executable.cpp - Kernels that the tiler computes -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "card/tiled_executable.h"
#include "base/file.h"
#include "tile/call_printer.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
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
  std::string calls;
  Stream stream;
  for (int core = 0; core < chip_.cores; ++core) {
    auto emit = [&](tile::EngineBackend &backend) -> Status {
      auto run = [&](tile::EngineBackend &to) {
        return tile::run_tiler(*plans_[kernel], chip_.can, sizes,
                               {core, chip_.cores}, to, stop);
      };
      if (chip_.dump_folder.empty())
        return run(backend);
      calls += fmt::format("core {}\n", core);
      tile::CallPrinter printer(chip_.can, backend, calls);
      return run(printer);
    };
    std::vector<uint8_t> part = TRY(chip_.encode(chip_.can, emit));
    stream.programs.push_back({all.size(), part.size()});
    all.insert(all.end(), part.begin(), part.end());
  }
  if (!chip_.dump_folder.empty())
    TRY(dump(kernel, sizes, calls));
  uint64_t address = TRY(chip_.heap.allocate(all.size()));
  uint8_t *host = chip_.memory.host(address);
  std::copy(all.begin(), all.end(), host);
  stream.memory = std::shared_ptr<const void>(
      host, [owner = owner_, heap = &chip_.heap, address](const void *) {
        heap->release(address);
      });
  for (ring::QueueProgram &program : stream.programs)
    program.address += address;
  return stream;
}

/// A name of a model becomes a part of a file's: what is no letter or digit is
/// left out, and it is short.
Status TiledExecutable::dump(uint32_t kernel, std::span<const int64_t> sizes,
                             std::string_view calls) const {
  constexpr size_t longest = 60;
  std::string name;
  for (char c : descriptions()[kernel].name.substr(0, longest))
    name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  std::error_code failed; // The file cannot be written then.
  std::filesystem::create_directories(chip_.dump_folder, failed);
  std::string path = fmt::format("{}/{:03}_{}.{}.calls", chip_.dump_folder,
                                 kernel, name, fmt::join(sizes, "x"));
  auto *bytes = reinterpret_cast<const uint8_t *>(calls.data());
  return write_file(path, std::span(bytes, calls.size()));
}

} // namespace landfall::card
