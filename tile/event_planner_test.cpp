//===- event_planner_test.cpp - Flags between queues ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/event_planner.h"
#include "tile/run_for_test.h"

namespace landfall::tile {
namespace {

Box row(int64_t count) {
  Box box;
  box.rank = 1;
  box.dimensions[0] = {count, 4, 4, 0, 0};
  return box;
}

/// Copies operand 0 to operand 1 by way of on-chip memory, 32 elements at a
/// time, in buffers that take turns.
CallList copies(int64_t count, int64_t buffers) {
  CallList calls;
  for (int64_t k = 0; k < count; ++k) {
    Place place{Space::vector, k % buffers * 128};
    calls.push_back(LoadCall{{0, k * 128}, place, row(32)});
    VectorCall negate;
    negate.operation = {ScalarOp::neg, DType::f32, DType::f32};
    negate.rank = 1;
    negate.counts[0] = 32;
    negate.destination = negate.sources[0] = {place, {4}};
    calls.push_back(negate);
    calls.push_back(StoreCall{place, {1, k * 128}, row(32)});
  }
  return calls;
}

std::vector<std::vector<uint8_t>> operands(int64_t count) {
  return {std::vector<uint8_t>(size_t(count) * 128, 1),
          std::vector<uint8_t>(size_t(count) * 128)};
}

TEST(EventPlanner, OrdersWhatQueuesShare) {
  for (int64_t limit : {4, 5, 1000})
    for (int64_t buffers : {1, 2, 7}) {
      Capabilities chip = test_chip();
      chip.flag_limit = limit;
      auto memory = operands(100);
      ReferenceBackend backend(chip, memory, 1);
      emit_all(copies(100, buffers), chip, backend);
      EXPECT_EQ(backend.run(), "") << limit << " " << buffers;
      EXPECT_EQ(memory[1][99 * 128 + 3], 0x81);
    }
}

/// The reference finds what is not ordered, so the tests above can fail.
TEST(EventPlanner, MissingFlagsAreRaces) {
  Capabilities chip = test_chip();
  CallList calls = copies(6, 2);
  std::vector<CallFlags> flags = plan_events(calls, chip);
  size_t pairs = 0;
  for (const CallFlags &call : flags)
    pairs += call.sets.size();
  ASSERT_GT(pairs, 10u);
  for (size_t left_out = 0; left_out < pairs; ++left_out) {
    auto memory = operands(6);
    ReferenceBackend backend(chip, memory, 1);
    // The same flag is left out where it is set and where it is waited for.
    std::map<std::pair<int, int>, size_t> set, waited;
    std::pair<int, int> which;
    size_t number = 0, seen = 0;
    for (const CallFlags &call : flags)
      for (Flag flag : call.sets) {
        size_t nth = set[{flag.from, flag.to}]++;
        if (seen++ == left_out)
          which = {flag.from, flag.to}, number = nth;
      }
    set.clear();
    for (size_t c = 0; c < calls.size(); ++c) {
      for (Flag f : flags[c].waits)
        if (std::pair<int, int>(f.from, f.to) != which ||
            waited[which]++ != number)
          backend.wait(f.from, f.to);
      emit(calls[c], backend);
      for (Flag f : flags[c].sets)
        if (std::pair<int, int>(f.from, f.to) != which ||
            set[which]++ != number)
          backend.set(f.from, f.to);
    }
    EXPECT_NE(backend.run(), "") << "flag " << left_out << " is needless";
  }
}

/// With two buffers, the next load does not wait for the store before it.
TEST(EventPlanner, BuffersThatTakeTurnsWaitForTheLastButOne) {
  Capabilities chip = test_chip();
  std::vector<CallFlags> flags = plan_events(copies(6, 2), chip);
  EXPECT_TRUE(flags[3].waits.empty());
  ASSERT_EQ(flags[6].waits.size(), 1u);
  EXPECT_EQ(flags[6].waits[0].from, uint8_t(Queue::store));
  EXPECT_FALSE(flags[2].sets.empty());
}

/// By pair of queues: the calls behind which flags are set, and those that wait
/// for them, in order.
using Ends = std::map<std::pair<int, int>, std::vector<size_t>>;

/// A counter's limit does not make queues wait for each other's last calls:
/// loads, which need not wait for any buffer, go on beside the work on those
/// before.
TEST(EventPlanner, ALowLimitLeavesQueuesApart) {
  Capabilities chip = test_chip();
  chip.flag_limit = 15;
  constexpr size_t calls_of_a_copy = 3;
  std::vector<CallFlags> flags = plan_events(copies(150, 150), chip);
  Ends sets, waits;
  for (size_t c = 0; c < flags.size(); ++c) {
    for (Flag flag : flags[c].sets)
      sets[{flag.from, flag.to}].push_back(c / calls_of_a_copy);
    for (Flag flag : flags[c].waits)
      waits[{flag.from, flag.to}].push_back(c / calls_of_a_copy);
  }
  std::pair<int, int> back = {int(Queue::vector), int(Queue::load)};
  ASSERT_EQ(sets[back].size(), waits[back].size());
  EXPECT_GT(sets[back].size(), 10u);
  EXPECT_LT(sets[back].size(), 30u);
  for (size_t k = 0; k < sets[back].size(); ++k)
    EXPECT_GE(waits[back][k], sets[back][k] + 6) << k;
  std::pair<int, int> across = {int(Queue::store), int(Queue::load)};
  EXPECT_TRUE(waits[across].empty());
}

} // namespace
} // namespace landfall::tile
