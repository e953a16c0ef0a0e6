//===- byte_window_generator.cpp - Weighted sums of windows of bytes ------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/windows/byte_window_generator.h"

#include "compiler/kernels/windows/byte_window_emitter.h"
#include "compiler/kernels/windows/byte_window_tasks.h"

#include <fmt/format.h>

namespace landfall::kernels {

namespace {

struct AllAtOnce : ByteWindowEmitter {
  using Tile = ByteWindowTile;
  using ByteWindowEmitter::ByteWindowEmitter;

  static Tile tile(SizeCode &sizes, const WindowProblem &problem,
                   const ByteWindows &windows) {
    return emit_byte_window_tile(sizes, problem, windows);
  }
  static std::string plan(const ByteWindows &windows) {
    return fmt::format("byte windows: words of {} taps, {} rows together\n",
                       windows.steps, windows.block_rows);
  }
};

} // namespace

std::unique_ptr<TaskGenerator>
byte_window_generator(WindowProblem problem, ByteWindows windows,
                      std::unique_ptr<TaskGenerator> loops) {
  return std::make_unique<ByteWindowTasks<AllAtOnce>>(
      std::move(problem), std::move(windows), std::move(loops));
}

} // namespace landfall::kernels
