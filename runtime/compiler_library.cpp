//===- compiler_library.cpp - The compiler, loaded on demand -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/compiler_library.h"

#include "runtime/compiler_plugin.h"
#include <landfall/version.h>

#include <dlfcn.h>
#include <filesystem>
#include <memory>

namespace landfall::runtime {

namespace {

#define TEXT_OF(number) #number
#define NAME_WITH_MAJOR(number) "liblandfall_compiler.so." TEXT_OF(number)
/// Only a compiler of the same major version is asked.
constexpr const char *library_name = NAME_WITH_MAJOR(LF_VERSION_MAJOR);

struct CompilerLibrary {
  decltype(&landfall_compile_file) compile_file;
  decltype(&landfall_compile_bytes) compile_bytes;
  decltype(&landfall_query_file) query_file;
  decltype(&landfall_query_bytes) query_bytes;
  decltype(&landfall_compiler_free) release;
};

/// The folders where an installation or a build tree keeps the library.
std::vector<std::filesystem::path> candidates() {
  Dl_info self;
  if (!dladdr(reinterpret_cast<void *>(&compile_model), &self))
    return {library_name};
  std::error_code ignored;
  auto file = std::filesystem::canonical(self.dli_fname, ignored);
  auto folder = file.parent_path();
  return {folder / library_name, folder / "../lib" / library_name,
          folder / "../../lib" / library_name, library_name};
}

Result<CompilerLibrary> open_library() {
  std::string problems;
  for (const auto &path : candidates()) {
    void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
      problems += std::string("\n  ") + dlerror();
      continue;
    }
    CompilerLibrary library;
    auto find = [&](auto &slot, const char *name) {
      slot = reinterpret_cast<std::remove_reference_t<decltype(slot)>>(
          dlsym(handle, name));
      return slot != nullptr;
    };
    if (find(library.compile_file, "landfall_compile_file") &&
        find(library.compile_bytes, "landfall_compile_bytes") &&
        find(library.query_file, "landfall_query_file") &&
        find(library.query_bytes, "landfall_query_bytes") &&
        find(library.release, "landfall_compiler_free"))
      return library;
    problems += "\n  " + path.string() + ": is not a Landfall compiler";
  }
  return Error{ErrorCode::unsupported,
               "compiling needs " + std::string(library_name) +
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

const Result<CompilerLibrary> &compiler_library() {
  static const Result<CompilerLibrary> library = open_library();
  return library;
}

} // namespace

Result<std::shared_ptr<const Package>>
compile_model(const ModelSource &source, const std::string &options,
              const CompileProgress &progress) {
  const Result<CompilerLibrary> &library = compiler_library();
  if (!library)
    return library.error();
  landfall_progress relay = nullptr;
  if (progress)
    relay = [](void *user, const char *step, double ms, const char *ir) {
      (*static_cast<const CompileProgress *>(user))(step, ms, ir ? ir : "");
    };
  void *user = const_cast<CompileProgress *>(&progress);
  Outcome outcome(*library);
  outcome.code =
      source.path.empty()
          ? library->compile_bytes(source.bytes.data(), source.bytes.size(),
                                   source.directory.c_str(), options.c_str(),
                                   relay, user, &outcome.bytes, &outcome.size)
          : library->compile_file(source.path.c_str(), options.c_str(), relay,
                                  user, &outcome.bytes, &outcome.size);
  Package package = TRY(parse_package(TRY(outcome.take())));
  return std::shared_ptr<const Package>(
      std::make_shared<Package>(std::move(package)));
}

Result<std::string> query_model(const ModelSource &source,
                                const std::string &options) {
  const Result<CompilerLibrary> &library = compiler_library();
  if (!library)
    return library.error();
  Outcome outcome(*library);
  outcome.code =
      source.path.empty()
          ? library->query_bytes(source.bytes.data(), source.bytes.size(),
                                 source.directory.c_str(), options.c_str(),
                                 &outcome.bytes, &outcome.size)
          : library->query_file(source.path.c_str(), options.c_str(),
                                &outcome.bytes, &outcome.size);
  Bytes text = TRY(outcome.take());
  return std::string(text.data.begin(), text.data.end());
}

} // namespace landfall::runtime
