//===- elf_link.cpp - Objects to one loadable image -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/elf_link.h"

#include "base/file.h"
#include "compiler/native/llvm_thread.h"
#include "compiler/native/scratch_folder.h"

#include "lld/Common/Driver.h"
#include "llvm/Support/raw_ostream.h"

#include <fmt/format.h>
#include <fstream>
#include <mutex>
#include <optional>

LLD_HAS_DRIVER(elf)

namespace landfall::native {

namespace {

/// The linker's own complaint.
struct LinkerError {
  std::string text;
};

Error internal(const LinkerError &error) {
  return {ErrorCode::internal,
          fmt::format("linking the kernels failed: {}; this is a bug in "
                      "Landfall, please report it",
                      error.text)};
}

std::optional<LinkerError>
run_linker(const std::vector<std::string> &arguments) {
  static std::mutex one_at_a_time;
  std::vector<const char *> raw;
  for (const std::string &argument : arguments)
    raw.push_back(argument.c_str());
  std::string messages;
  llvm::raw_string_ostream stream(messages);
  std::lock_guard guard(one_at_a_time);
  lld::Result result;
  LlvmThread thread; // What is given up must not hold the lock.
  thread.run([&] {
    result = lld::lldMain(raw, stream, stream, {{lld::Gnu, &lld::elf::link}});
  });
  if (result.retCode != 0)
    return LinkerError{messages};
  return std::nullopt;
}

/// Links. A failure that does not come again, or of a folder in which as much
/// cannot be written, is the system's.
Status link(const std::vector<std::string> &arguments,
            const ScratchFolder &folder,
            std::span<const std::span<const uint8_t>> objects) {
  if (!run_linker(arguments))
    return {};
  auto again = run_linker(arguments);
  if (!again)
    return {};
  TRY(write_file(folder.file("probe"), objects));
  return internal(*again);
}

} // namespace

Result<std::vector<uint8_t>>
link_image(std::span<const std::span<const uint8_t>> objects,
           std::span<const Alias> aliases) {
  ScratchFolder folder = TRY(ScratchFolder::create());
  std::string output = folder.file("image.so");
  std::vector<std::string> arguments = {"ld.lld",
                                        "-shared",
                                        "--hash-style=sysv",
                                        "--build-id=none",
                                        "-Bsymbolic",
                                        "-z",
                                        "norelro",
                                        "--threads=1",
                                        "-z",
                                        "defs",
                                        "-o",
                                        output};
  for (size_t k = 0; k < objects.size(); ++k) {
    std::string input = folder.file(fmt::format("{}.o", k));
    std::ofstream file(input, std::ios::binary);
    file.write(reinterpret_cast<const char *>(objects[k].data()),
               std::streamsize(objects[k].size()));
    if (!file.flush())
      return Error{ErrorCode::io, fmt::format("cannot write {}", input)};
    arguments.push_back(input);
  }
  for (const Alias &alias : aliases)
    arguments.push_back(
        fmt::format("--defsym={}={}", alias.name, alias.symbol));
  TRY(link(arguments, folder, objects));
  return read_file(output);
}

} // namespace landfall::native
