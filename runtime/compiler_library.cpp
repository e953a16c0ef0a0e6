//===- compiler_library.cpp - The compiler, loaded on demand -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/compiler_library.h"

#include "runtime/compiler_plugin.h"
#include "runtime/plugin_path.h"

#include <dlfcn.h>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <mutex>
#include <optional>
#include <sys/mman.h>

namespace landfall::runtime {

namespace {

struct CompilerLibrary {
  decltype(&landfall_compile_file) compile_file;
  decltype(&landfall_compile_bytes) compile_bytes;
  decltype(&landfall_query_file) query_file;
  decltype(&landfall_query_bytes) query_bytes;
  decltype(&landfall_compiler_free) release;
};

/// Nothing if it lacks a function: it is another library, or too old.
std::optional<CompilerLibrary> functions_of(void *handle) {
  CompilerLibrary library;
  auto find = [&](auto &slot, const char *name) {
    slot = reinterpret_cast<std::remove_reference_t<decltype(slot)>>(
        dlsym(handle, name));
    return slot != nullptr;
  };
  bool is_complete = find(library.compile_file, "landfall_compile_file") &&
                     find(library.compile_bytes, "landfall_compile_bytes") &&
                     find(library.query_file, "landfall_query_file") &&
                     find(library.query_bytes, "landfall_query_bytes") &&
                     find(library.release, "landfall_compiler_free");
  return is_complete ? std::optional(library) : std::nullopt;
}

/// Whether the compiler and what it needs could be mapped. The dynamic linker
/// gives no code for that.
bool has_address_space() {
  constexpr size_t needed = size_t(1) << 30;
  void *probe = mmap(nullptr, needed, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (probe == MAP_FAILED)
    return false;
  munmap(probe, needed);
  return true;
}

/// Why a library that is there cannot be used. A limit on memory must not read
/// as if the compiler were missing.
Error unusable(const std::string &path, const std::string &reason) {
  if (has_address_space())
    return {
        ErrorCode::unsupported,
        fmt::format("the compiler '{}' cannot be loaded: {}", path, reason)};
  return {ErrorCode::out_of_memory,
          fmt::format("there is not enough memory to load the compiler '{}', "
                      "which takes up to 1 GiB of addresses: {}; raise the "
                      "limit (ulimit -v)",
                      path, reason)};
}

Result<CompilerLibrary> open_library() {
  std::string problems;
  std::vector<std::string> paths = plugin_paths("liblandfall_compiler");
  for (const std::filesystem::path path : paths) {
    std::error_code ignored;
    void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
      const char *reason = dlerror();
      if (path.has_parent_path() && std::filesystem::exists(path, ignored))
        return unusable(path.lexically_normal(), reason);
      problems += std::string("\n  ") + reason;
      continue;
    }
    if (auto library = functions_of(handle))
      return *library;
    problems += "\n  " + path.string() + ": is not a Landfall compiler";
  }
  return Error{ErrorCode::unsupported,
               "compiling needs " + paths.back() +
                   ", which was not found; a compiled .lfm runs without it" +
                   problems};
}

/// A package that the compiler has returned as bytes.
Error error_from(int code, std::span<const uint8_t> bytes) {
  if (std::optional<Error> error = deserialize_error(bytes))
    return *error;
  return {static_cast<ErrorCode>(code), "the compiler failed without a reason"};
}

/// What a call of the compiler has left behind.
struct Outcome {
  explicit Outcome(const CompilerLibrary &library) : library(library) {}

  /// The result, which owns itself, or the error.
  Result<Bytes> take() {
    auto release = library.release;
    std::shared_ptr<const void> owner(bytes, [release](const void *memory) {
      release(const_cast<void *>(memory));
    });
    if (code != 0)
      return error_from(code, {bytes, size});
    return Bytes{owner, {bytes, size}};
  }

  const CompilerLibrary &library;
  uint8_t *bytes = nullptr;
  size_t size = 0;
  int code = 0;
};

/// Opened once. A failure may pass (memory was short), so it is tried again.
Result<CompilerLibrary> compiler_library() {
  static std::mutex mutex;
  static std::optional<CompilerLibrary> opened;
  std::lock_guard lock(mutex);
  if (!opened)
    opened = TRY(open_library());
  return *opened;
}

/// The caller of a compilation, behind the plugin's `user`.
struct Listener {
  const CompileProgress &progress;
  std::vector<std::string> sources;

  static void on_step(void *user, const char *step, double ms, const char *ir) {
    static_cast<Listener *>(user)->progress(step, ms, ir ? ir : "");
  }
  static void on_source(void *user, const char *path) {
    static_cast<Listener *>(user)->sources.emplace_back(path);
  }
};

} // namespace

Result<CompiledModel> compile_model(const ModelSource &source,
                                    const std::string &options,
                                    const CompileProgress &progress) {
  CompilerLibrary library = TRY(compiler_library());
  Listener listener{progress, {}};
  landfall_progress on_step = progress ? &Listener::on_step : nullptr;
  Outcome outcome(library);
  outcome.code =
      source.path.empty()
          ? library.compile_bytes(source.bytes.data(), source.bytes.size(),
                                  source.directory.c_str(), options.c_str(),
                                  on_step, &Listener::on_source, &listener,
                                  &outcome.bytes, &outcome.size)
          : library.compile_file(source.path.c_str(), options.c_str(), on_step,
                                 &Listener::on_source, &listener,
                                 &outcome.bytes, &outcome.size);
  Package package =
      TRY(parse_package(TRY(outcome.take()), "", StoredChecks::none));
  return CompiledModel{std::make_shared<const Package>(std::move(package)),
                       std::move(listener.sources)};
}

Result<std::string> query_model(const ModelSource &source,
                                const std::string &options) {
  CompilerLibrary library = TRY(compiler_library());
  Outcome outcome(library);
  outcome.code =
      source.path.empty()
          ? library.query_bytes(source.bytes.data(), source.bytes.size(),
                                source.directory.c_str(), options.c_str(),
                                &outcome.bytes, &outcome.size)
          : library.query_file(source.path.c_str(), options.c_str(),
                               &outcome.bytes, &outcome.size);
  Bytes text = TRY(outcome.take());
  return std::string(text.data.begin(), text.data.end());
}

} // namespace landfall::runtime
