#!/usr/bin/env bash
# The rooms' tests with sanitizers: sanitize.sh asan|tsan [slice]
#
# Builds a preset and runs every unit test; with `slice`, only a part: of threads
# the runtime and the drivers that simulate no chip, in a build folder of its own;
# of addresses the IR and what analyses kernels, in that of test/fuzz, which covers
# what reads files. ./dev sanitize and tests call this.
set -euo pipefail
cd "$(dirname "$0")/../.."
sanitizer=$1
preset=$sanitizer
folder=build-$sanitizer
options=()
programs=(unit_tests)
tests=(-L unit)
if [[ ${2:-} == slice ]]; then
  if [[ $sanitizer == tsan ]]; then
    folder=build/tsan
    # Most of its time is compilation.
    options=("-DLANDFALL_TARGETS=cpu;null" -DLANDFALL_COMPILER=OFF
             "-DCMAKE_CXX_FLAGS_DEBUG=-O0 -gline-tables-only")
    rooms=(base runtime cpu_driver)
  else
    preset=fuzz
    folder=build/fuzz
    rooms=(kernel_analysis ir)
  fi
  programs=("${rooms[@]/%/_test}")
  tests=(-R "^($(IFS='|' && echo "${rooms[*]}"))\$")
fi

# Tests ask for more memory than there is. LLVM is not instrumented: the marks
# of its allocators, made where they are inlined into our code, are not taken
# back inside of LLVM.
export ASAN_OPTIONS=allocator_may_return_null=1:allow_user_poisoning=0:detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1:allocator_may_return_null=1
# Stacks are symbolized by this version's tool.
export ASAN_SYMBOLIZER_PATH=/usr/bin/llvm-symbolizer-22

mkdir -p "$folder"
cmake --preset "$preset" -B "$folder" "${options[@]}" \
  -DPython_EXECUTABLE="$PWD/.venv/bin/python" >"$folder/configure.log" ||
  { cat "$folder/configure.log"; exit 1; }
ninja -C "$folder" --quiet "${programs[@]}"
ctest --test-dir "$folder" "${tests[@]}" --output-on-failure --no-tests=error
