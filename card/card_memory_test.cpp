//===- card_memory_test.cpp -----------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "card/card_memory.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

namespace landfall::card {
namespace {

TEST(CardMemory, AddressesBeginWhereTheCardSays) {
  auto memory = CardMemory::create(1 << 20, 0x80000000).take();
  *memory->at<uint32_t>(0x80000010) = 7;
  // The card's own mapping of the file.
  void *card = mmap(nullptr, memory->bytes(), PROT_READ, MAP_SHARED,
                    memory->descriptor(), 0);
  ASSERT_NE(card, MAP_FAILED);
  EXPECT_EQ(static_cast<uint32_t *>(card)[4], 7u);
  munmap(card, memory->bytes());
}

TEST(CardMemory, PagesAreTakenWhenTheyAreUsed) {
  auto memory = CardMemory::create(uint64_t(1) << 40, 0);
  ASSERT_TRUE(memory.ok()) << memory.error().message;
  EXPECT_EQ(*(*memory)->host((uint64_t(1) << 40) - 1), 0);
  auto absurd = CardMemory::create(uint64_t(1) << 62, 0);
  ASSERT_FALSE(absurd.ok());
  EXPECT_EQ(absurd.error().code, ErrorCode::out_of_memory);
}

} // namespace
} // namespace landfall::card
