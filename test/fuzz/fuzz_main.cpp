//===- fuzz_main.cpp - A fuzzing program's side of libFuzzer --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "test/fuzz/fuzz_target.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

using namespace landfall;

namespace {

/// Each seed is named after its number.
int write_seeds(const std::string &directory) {
  int number = 0;
  for (const fuzz::Bytes &seed : fuzz::seeds()) {
    if (!fuzz::accepts(seed)) {
      std::fprintf(stderr, "seed %d is refused\n", number);
      return 1;
    }
    std::string path = directory + "/seed_" + std::to_string(number++);
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char *>(seed.data()),
               std::streamsize(seed.size()));
    if (!file.flush()) {
      std::fprintf(stderr, "%s cannot be written\n", path.c_str());
      return 1;
    }
  }
  return 0;
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int *argc, char ***argv) {
  constexpr std::string_view option = "--seeds=";
  for (int i = 1; i < *argc; ++i)
    if (std::string_view argument = (*argv)[i]; argument.starts_with(option))
      std::exit(write_seeds(std::string(argument.substr(option.size()))));
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  (void)fuzz::accepts({data, size});
  return 0;
}
