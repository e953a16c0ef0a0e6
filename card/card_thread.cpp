//===- card_thread.cpp - A card on a thread of this process ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "card/line.h"
#include "card/owner_process.h"
#include "card/running_card.h"

#include <atomic>
#include <new>
#include <system_error>
#include <thread>

namespace landfall::card {

namespace {

class CardThread : public RunningCard {
public:
  CardThread(const CardSimulator &simulator, const CardMemory &memory,
             Line line)
      : line_(std::move(line)),
        thread_([this, simulator, dram = memory.contents()] {
          try {
            Status status =
                simulator.run(simulator.description, dram, line_.card.number());
            if (!status)
              refusal_ = status.error().message;
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
    if (lacks_memory_)
      return "has stopped: there is not enough memory for its simulator";
    return refusal_.empty() ? "has stopped" : "has stopped: " + refusal_;
  }

private:
  OwnerProcess owner_;
  Line line_;
  // Written before the line is closed.
  std::atomic<bool> lacks_memory_ = false;
  std::string refusal_;
  std::thread thread_;
};

} // namespace

Result<std::unique_ptr<RunningCard>>
start_thread(const CardSimulator &simulator, const CardMemory &memory) {
  Line line = TRY(Line::create());
  try {
    return std::unique_ptr<RunningCard>(
        std::make_unique<CardThread>(simulator, memory, std::move(line)));
  } catch (const std::system_error &refused) {
    return Error{ErrorCode::out_of_memory,
                 std::string("the system gives no thread to a simulated "
                             "card: ") +
                     refused.what()};
  }
}

} // namespace landfall::card
