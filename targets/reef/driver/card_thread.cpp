//===- card_thread.cpp - A card on a thread of this process ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/driver/line.h"
#include "targets/reef/driver/owner_process.h"
#include "targets/reef/driver/running_card.h"
#include "targets/reef/sim/card.h"

#include <atomic>
#include <new>
#include <system_error>
#include <thread>

namespace landfall::reef {

namespace {

class CardThread : public RunningCard {
public:
  CardThread(const ChipDescription &chip, const card::CardMemory &memory,
             Line line)
      : line_(std::move(line)),
        thread_([this, chip, dram = memory.host(dram_base)] {
          try {
            sim::run_card(chip, dram, line_.card.number());
          } catch (const std::bad_alloc &) {
            lacks_memory_ = true;
          }
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
  std::string how_it_ended() override {
    return lacks_memory_ ? "has stopped: there is not enough memory for its "
                           "simulator"
                         : "has stopped";
  }

private:
  OwnerProcess owner_;
  Line line_;
  std::atomic<bool> lacks_memory_ = false;
  std::thread thread_;
};

} // namespace

Result<std::unique_ptr<RunningCard>>
start_thread(const ChipDescription &chip, const card::CardMemory &memory) {
  Line line = TRY(Line::create());
  try {
    return std::unique_ptr<RunningCard>(
        std::make_unique<CardThread>(chip, memory, std::move(line)));
  } catch (const std::system_error &refused) {
    return Error{ErrorCode::out_of_memory,
                 std::string("the system gives no thread to a simulated "
                             "card: ") +
                     refused.what()};
  }
}

} // namespace landfall::reef
