//===- card_thread.cpp - A card on a thread of this process ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/driver/line.h"
#include "targets/reef/driver/owner_process.h"
#include "targets/reef/driver/running_card.h"
#include "targets/reef/sim/card.h"

#include <thread>

namespace landfall::reef {

namespace {

class CardThread : public RunningCard {
public:
  CardThread(const ChipDescription &chip, const CardMemory &memory, Line line)
      : line_(std::move(line)),
        thread_([this, chip, dram = memory.host(dram_base)] {
          sim::run_card(chip, dram, line_.card.number());
          // The host sees a closed line, as if a process had ended.
          shutdown(line_.card.number(), SHUT_RDWR);
        }) {}
  ~CardThread() override {
    stop();
    if (owner_.is_this())
      thread_.join();
    else
      thread_.detach(); // There is no such thread in this process.
  }
  void stop() override {
    if (owner_.is_this())
      shutdown(line_.host.number(), SHUT_RDWR);
  }
  int socket() const override { return line_.host.number(); }
  int process() const override { return 0; }
  std::string how_it_ended() override { return "has stopped"; }

private:
  OwnerProcess owner_;
  Line line_;
  std::thread thread_;
};

} // namespace

Result<std::unique_ptr<RunningCard>> start_thread(const ChipDescription &chip,
                                                  const CardMemory &memory) {
  return std::unique_ptr<RunningCard>(
      std::make_unique<CardThread>(chip, memory, TRY(Line::create())));
}

} // namespace landfall::reef
