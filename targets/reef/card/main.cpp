//===- main.cpp - landfall-reef-card: a card in its own process -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Started by the driver, with the description as its argument and the card's
// memory and line as descriptors (card_line.h). Ends when the host does.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/chip/card_line.h"
#include "targets/reef/sim/card.h"

#include <cstdio>
#include <sys/mman.h>

int main(int count, char **arguments) {
  using namespace landfall::reef;
  if (count != 2) {
    std::fputs("landfall-reef-card is started by Landfall's driver\n", stderr);
    return 2;
  }
  auto chip = chip_format.parse(arguments[1], "the card's description");
  if (!chip) {
    std::fprintf(stderr, "landfall-reef-card: %s\n",
                 chip.error().message.c_str());
    return 2;
  }
  void *dram = mmap(nullptr, chip->dram_bytes(), PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_NORESERVE, card_memory_descriptor, 0);
  if (dram == MAP_FAILED) {
    std::perror("landfall-reef-card: the card's memory");
    return 2;
  }
  sim::run_card(*chip, static_cast<uint8_t *>(dram), card_line_descriptor);
  return 0;
}
