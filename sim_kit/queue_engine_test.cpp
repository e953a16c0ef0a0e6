//===- queue_engine_test.cpp ----------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "sim_kit/queue_engine.h"

#include <gtest/gtest.h>

namespace landfall::sim_kit {
namespace {

const auto never = [] { return false; };

enum QueueNumber : size_t { load, vector, store };
enum Flag : size_t { loaded, computed, consumed };
enum SpaceNumber : size_t { dram, buffer };

/// Reads `from` (one a space: address, bytes), writes `to`, takes `cycles`.
struct Copy final : Work {
  struct Range {
    size_t space = buffer;
    int64_t address = 0;
    uint64_t bytes = 0;
  };
  Range from, to;
  uint64_t cycles = 10;
  uint64_t latency = 0;
  std::vector<std::string> *log = nullptr;
  std::string name;

  void footprint(Footprint &bytes) const override {
    bytes.reads(from.space, from.address, from.bytes, {});
    bytes.writes(to.space, to.address, to.bytes, {});
  }
  Timing execute(uint64_t start) override {
    log->push_back(name + "@" + std::to_string(start));
    return {start + cycles, start + cycles + latency};
  }
};

class Core {
public:
  explicit Core(size_t depth = 4)
      : engine(
            {{"load", "vector", "store"},
             {{"DRAM", 1 << 20, 1 << load | 1 << store}, {"buffer", 1024, 7}},
             {"load to vector", "vector to store", "vector to load"},
             2,
             depth}) {}

  void work(QueueNumber queue, std::string name, Copy::Range from,
            Copy::Range to, uint64_t cycles = 10, uint64_t latency = 0) {
    auto copy = std::make_unique<Copy>();
    copy->from = from;
    copy->to = to;
    copy->cycles = cycles;
    copy->latency = latency;
    copy->log = &log;
    copy->name = std::move(name);
    Instruction instruction;
    instruction.name = "copy";
    instruction.queue = queue;
    instruction.work = std::move(copy);
    add(std::move(instruction));
  }
  void set(QueueNumber queue, Flag flag) {
    add({"set", 0, 1, queue, Instruction::Kind::set, flag, nullptr});
  }
  void wait(QueueNumber queue, Flag flag) {
    add({"wait", 0, 1, queue, Instruction::Kind::wait, flag, nullptr});
  }
  void add(Instruction instruction) {
    instruction.number = stream.size();
    stream.push_back(std::move(instruction));
  }

  void start(uint64_t now) {
    engine.start(
        [this,
         next = size_t(0)]() mutable -> Result<std::optional<Instruction>> {
          if (next == stream.size())
            return std::optional<Instruction>();
          return std::optional(std::move(stream[next++]));
        },
        now);
  }
  /// The error, or "" with the starts in `log`.
  std::string run(uint64_t now = 0, uint64_t end = QueueEngine::never) {
    start(now);
    Status status = run_together({&engine}, end, never);
    return status.ok() ? "" : status.error().message;
  }

  QueueEngine engine;
  std::vector<Instruction> stream;
  std::vector<std::string> log;
};

TEST(QueueEngine, QueuesWorkAtTheSameTime) {
  Core core;
  core.work(load, "a", {dram, 0, 64}, {buffer, 0, 64});
  core.work(load, "b", {dram, 64, 64}, {buffer, 64, 64});
  core.work(vector, "c", {buffer, 512, 64}, {buffer, 512, 64});
  EXPECT_EQ(core.run(), "");
  EXPECT_EQ(core.log, (std::vector<std::string>{"a@1", "c@3", "b@11"}))
      << "one dispatch a cycle; each queue in order";
  EXPECT_EQ(core.engine.done(), 21u);
  EXPECT_EQ(core.engine.counters()[load].busy, 20u);
  EXPECT_EQ(core.engine.counters()[load].instructions, 2u);
}

TEST(QueueEngine, AFlagIsSetWhenEarlierWorkIsDone) {
  Core core;
  core.work(load, "a", {dram, 0, 64}, {buffer, 0, 64}, 10, 100);
  core.set(load, loaded);
  core.work(load, "b", {dram, 64, 64}, {buffer, 64, 64});
  core.wait(vector, loaded);
  core.work(vector, "c", {buffer, 0, 64}, {buffer, 512, 64});
  EXPECT_EQ(core.run(1000), "");
  EXPECT_EQ(core.log, (std::vector<std::string>{"a@1001", "b@1012", "c@1112"}))
      << "latency delays the flag, not the queue's next instruction";
  EXPECT_EQ(core.engine.counters()[vector].stalled, 107u);
}

TEST(QueueEngine, ARaceNamesBothInstructionsAtAnySpeed) {
  Core core;
  core.work(load, "a", {dram, 0, 64}, {buffer, 0, 64}, 1);
  core.work(vector, "c", {buffer, 60, 8}, {buffer, 512, 8}, 1);
  EXPECT_EQ(core.run(),
            "instruction 1 (copy) of the queue 'vector' reads bytes of buffer "
            "(60 to 68) that instruction 0 (copy) of the queue 'load' writes, "
            "and no flag orders them")
      << "although the load is done in time";
}

TEST(QueueEngine, OverwritingWhatIsStillReadIsARace) {
  Core core;
  core.work(vector, "c", {buffer, 0, 64}, {buffer, 512, 64});
  core.work(load, "a", {dram, 0, 64}, {buffer, 0, 64});
  EXPECT_NE(core.run().find("writes bytes of buffer (0 to 64) that "
                            "instruction 0 (copy) of the queue 'vector' reads"),
            std::string::npos);
  Core readers;
  readers.work(vector, "c", {buffer, 0, 64}, {buffer, 512, 64});
  readers.work(store, "s", {buffer, 0, 64}, {dram, 0, 64});
  EXPECT_EQ(readers.run(), "") << "two may read";
}

TEST(QueueEngine, OrderPassesThroughOtherQueues) {
  auto run = [](bool last_waits) {
    Core core;
    core.work(load, "a", {dram, 0, 64}, {buffer, 0, 64});
    core.set(load, loaded);
    core.wait(vector, loaded);
    core.set(vector, computed);
    if (last_waits)
      core.wait(store, computed);
    core.work(store, "s", {buffer, 0, 64}, {dram, 512, 64});
    return core.run();
  };
  EXPECT_EQ(run(true), "");
  EXPECT_NE(run(false).find("that instruction 0 (copy) of the queue 'load'"),
            std::string::npos);
}

/// The same after so many accesses that old ones have been dropped.
TEST(QueueEngine, RacesAreFoundInLongStreams) {
  auto run = [](bool last_waits) {
    Core core;
    for (int k = 0; k < 1000; ++k) {
      if (k >= 2 && (k < 999 || last_waits))
        core.wait(load, consumed);
      core.work(load, "a", {dram, k * 64, 64}, {buffer, k % 2 * 64, 64});
      core.set(load, loaded);
      core.wait(vector, loaded);
      core.work(vector, "c", {buffer, k % 2 * 64, 64}, {buffer, 512, 64}, 100);
      if (k < 998)
        core.set(vector, consumed);
    }
    return core.run();
  };
  EXPECT_EQ(run(true), "");
  std::string error = run(false);
  EXPECT_NE(error.find("writes bytes of buffer (64 to 128)"), error.npos);
}

TEST(QueueEngine, BytesOutsideAMemoryAreRefused) {
  Core core;
  core.work(load, "a", {dram, 0, 64}, {buffer, 1000, 64});
  EXPECT_EQ(core.run(), "instruction 0 (copy) of the queue 'load' touches "
                        "bytes outside of buffer (1024 bytes)");
  EXPECT_TRUE(core.log.empty()) << "it is not executed";
}

TEST(QueueEngine, MemoriesHaveTheirQueues) {
  Core core;
  core.work(vector, "c", {dram, 0, 64}, {buffer, 0, 64});
  EXPECT_EQ(core.run(),
            "instruction 0 (copy) of the queue 'vector' cannot address DRAM");
}

TEST(QueueEngine, ADeadlockNamesTheFlags) {
  Core core;
  core.wait(vector, loaded);
  core.set(vector, computed);
  core.wait(store, computed);
  EXPECT_EQ(core.run(), "deadlock: queues wait for flags that nothing sets: "
                        "'vector' at instruction 0 for 'load to vector', "
                        "'store' at instruction 2 for 'vector to store'");
}

TEST(QueueEngine, AFullQueueHoldsUpTheStream) {
  Core core(2);
  core.wait(vector, loaded);
  core.work(vector, "c", {buffer, 0, 64}, {buffer, 0, 64});
  core.work(vector, "d", {buffer, 0, 64}, {buffer, 0, 64});
  core.set(load, loaded); // Cannot be dispatched: 'd' finds the queue full.
  EXPECT_EQ(core.run(), "deadlock: queues wait for flags that nothing sets: "
                        "'vector' at instruction 0 for 'load to vector'; "
                        "instruction 2 waits for room in the queue 'vector'");
  Core slow(2);
  for (const char *name : {"a", "b", "c", "d"})
    slow.work(vector, name, {buffer, 0, 64}, {buffer, 0, 64});
  slow.work(load, "l", {dram, 0, 64}, {buffer, 512, 64});
  EXPECT_EQ(slow.run(), "");
  EXPECT_EQ(slow.log,
            (std::vector<std::string>{"a@1", "b@11", "l@12", "c@21", "d@31"}))
      << "'d' and 'l' are dispatched when 'b' has started";
}

TEST(QueueEngine, FlagsCountUpToTheirLimit) {
  Core core;
  for (int k = 0; k < 3; ++k)
    core.set(load, loaded);
  EXPECT_EQ(core.run(), "instruction 2 (set) of the queue 'load' sets the "
                        "flag 'load to vector' above 2");
  Core left;
  left.set(load, loaded);
  EXPECT_EQ(left.run(),
            "the stream ends with the flag 'load to vector' at 1; expected 0");
}

TEST(QueueEngine, AnErrorOfTheDecoderEndsTheRun) {
  Core core;
  core.engine.start(
      []() -> Result<std::optional<Instruction>> {
        return Error{ErrorCode::device, "no such instruction"};
      },
      0);
  EXPECT_EQ(core.engine.step().error().message, "no such instruction");
}

TEST(QueueEngine, EnginesAreSteppedInTheOrderOfTheirStarts) {
  Core a, b;
  for (int k = 0; k < 3; ++k) {
    a.work(load, "a", {dram, 0, 64}, {buffer, 0, 64}, 10);
    b.work(load, "b", {dram, 0, 64}, {buffer, 0, 64}, 15);
  }
  std::vector<std::string> log;
  for (Core *core : {&a, &b}) {
    for (Instruction &each : core->stream)
      static_cast<Copy &>(*each.work).log = &log;
    core->start(0);
  }
  EXPECT_TRUE(run_together({&a.engine, &b.engine}, 1000, never).ok());
  EXPECT_EQ(log, (std::vector<std::string>{"a@1", "b@1", "a@11", "b@16", "a@21",
                                           "b@31"}));
}

TEST(QueueEngine, RunsHaveALimitAndCanBeStopped) {
  Core core;
  core.work(load, "a", {dram, 0, 64}, {buffer, 0, 64}, 10);
  EXPECT_EQ(core.run(0, 10), "it does not end before cycle 10");
  Core other;
  other.work(load, "a", {dram, 0, 64}, {buffer, 0, 64}, 10);
  other.start(0);
  EXPECT_EQ(
      run_together({&other.engine}, 1000, [] { return true; }).error().code,
      ErrorCode::cancelled);
  EXPECT_TRUE(other.log.empty());
}

} // namespace
} // namespace landfall::sim_kit
