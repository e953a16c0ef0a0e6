//===- counters_test.cpp - What cards count -------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/driver/card_counters.h"
#include "targets/reef/driver/card_for_test.h"

namespace landfall::reef {
namespace {

class Counters : public CardTest {
protected:
  runtime::DeviceCounters of_a_launch() {
    auto memory = card->heap.allocate(400'000).take();
    const runtime::DeviceSpan span = {{memory, 400'000}};
    const runtime::DeviceSpan operands[] = {span, span};
    const int64_t size = 100'000;
    runtime::DeviceCounters before = read_counters(*card).take();
    EXPECT_TRUE(
        queue->launch(*code, runtime::increment, operands, {&size, 1}).ok());
    return difference(read_counters(*card).take(), before);
  }
  static const runtime::EngineCounter &
  engine(const runtime::DeviceCounters &counters, std::string_view name) {
    for (const runtime::EngineCounter &engine : counters.engines)
      if (engine.name == name)
        return engine;
    ADD_FAILURE() << "no engine " << name;
    return counters.engines[0];
  }
};

TEST_F(Counters, AreTheSameInEveryRunAndEveryProcess) {
  uint64_t cycles = 0, instructions = 0;
  for (bool own_process : {false, true, false}) {
    start("reef2", {.own_process = own_process});
    runtime::DeviceCounters counters = of_a_launch();
    EXPECT_GT(counters.cycles, 0u);
    EXPECT_GT(counters.instructions, 100'000u);
    if (cycles) {
      EXPECT_EQ(counters.cycles, cycles);
      EXPECT_EQ(counters.instructions, instructions);
    }
    cycles = counters.cycles;
    instructions = counters.instructions;
    queue.reset();
    code.reset();
  }
}

TEST_F(Counters, StayWithinTheTimeOfTheirEngines) {
  start("reef3");
  runtime::DeviceCounters counters = of_a_launch();
  EXPECT_EQ(counters.hertz, 1e9);
  EXPECT_GE(counters.memory_bytes, 800'000u) << "read and written";
  EXPECT_LE(counters.memory_bytes, 900'000u);
  for (const char *name :
       {"core", "issue", "vector", "matrix", "dma", "dram"}) {
    const runtime::EngineCounter &each = engine(counters, name);
    EXPECT_LE(each.busy, each.units * counters.cycles) << name;
  }
  EXPECT_EQ(engine(counters, "core").units, 16u);
  EXPECT_GT(engine(counters, "issue").busy, 0u);
  EXPECT_EQ(engine(counters, "matrix").busy, 0u);
}

TEST_F(Counters, MoreCoresTakeFewerCycles) {
  start("reef1");
  uint64_t one = of_a_launch().cycles;
  queue.reset();
  code.reset();
  start("reef2");
  uint64_t four = of_a_launch().cycles;
  EXPECT_LT(four * 3, one);
}

} // namespace
} // namespace landfall::reef
