//===- expendable_thread_test.cpp -----------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/expendable_thread.h"

#include <gtest/gtest.h>
#include <limits>
#include <new>
#include <stdexcept>

namespace landfall {
namespace {

TEST(ExpendableThreadTest, CallsOneBodyAfterAnother) {
  ExpendableThread thread;
  std::thread::id first, second;
  thread.run([&] { first = std::this_thread::get_id(); });
  thread.run([&] { second = std::this_thread::get_id(); });
  EXPECT_EQ(first, second);
  EXPECT_NE(first, std::this_thread::get_id());
  EXPECT_FALSE(thread.is_lost());
}

TEST(ExpendableThreadTest, PassesOnWhatIsThrown) {
  ExpendableThread thread;
  EXPECT_THROW(thread.run([] { throw std::runtime_error("x"); }),
               std::runtime_error);
  bool called = false;
  thread.run([&] { called = true; });
  EXPECT_TRUE(called);
}

TEST(ExpendableThreadTest, GoesOnWithoutABodyThatIsGivenUp) {
  ExpendableThread lost, other;
  bool ended = false;
  auto body = [&] {
    ExpendableThread::give_up_here();
    ended = true;
  };
  EXPECT_THROW(lost.run(body), std::bad_alloc);
  EXPECT_TRUE(lost.is_lost());
  EXPECT_THROW(lost.run([] {}), std::bad_alloc);
  EXPECT_FALSE(ended);
  bool called = false;
  other.run([&] { called = true; });
  EXPECT_TRUE(called);
}

// The sanitizers' own `new` asks no handler.
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
/// Finds no memory; the compiler must not see that nothing is done with it.
void ask_for_too_much() {
  volatile size_t bytes = std::numeric_limits<size_t>::max() / 4;
  ::operator delete(::operator new(bytes));
}

TEST(ExpendableThreadTest, IsGivenUpWhereNewFindsNoMemory) {
  ExpendableThread::give_up_without_memory();
  ExpendableThread thread;
  bool left = false;
  auto body = [&] {
    try {
      ask_for_too_much();
      left = true;
    } catch (...) {
      left = true;
    }
  };
  EXPECT_THROW(thread.run(body), std::bad_alloc);
  EXPECT_FALSE(left);
  EXPECT_THROW(ask_for_too_much(), std::bad_alloc); // As on any other thread.
}
#endif

TEST(ExpendableThreadTest, OnOtherThreadsNothingIsGivenUp) {
  ExpendableThread::give_up_here();
}

} // namespace
} // namespace landfall
