//===- command_stream.cpp - The rings between host and card ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "card/command_stream.h"
#include "ring/card_line.h"

#include <cstring>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

namespace landfall::card {

using namespace ring;

namespace {

using Clock = std::chrono::steady_clock;

/// The interval at which a listener checks the heartbeat.
constexpr int listen_milliseconds = 100;

uint64_t acquire(uint64_t &word) {
  return std::atomic_ref(word).load(std::memory_order_acquire);
}

} // namespace

/// Keeps the heap's contents; clears rings and control words.
Status CommandStream::power_on() {
  bool is_restart = power_ons_ > 0;
  if (is_restart) // New memory is zero.
    std::memset(memory_->host(kind_.control), 0, rings_bytes);
  submitted_ = completed_ = 0;
  commands_.clear();
  heartbeat_ = 0;
  card_ = TRY(kind_.start(is_restart));
  ++power_ons_;
  return {};
}

/// `why` gives a text; it may use the card, which is stopped then.
template <typename Why> Error CommandStream::give_up(const Why &why) {
  try {
    last_failure_ = Error{ErrorCode::device,
                          fmt::format("{} {}; what it was doing is lost, and "
                                      "the next run restarts it",
                                      kind_.name, why())};
  } catch (const std::bad_alloc &) { // A short text needs no memory.
    last_failure_ = Error{ErrorCode::device, "card was lost"};
  }
  card_ = nullptr;
  resetting_ = false;
  heard_.notify_all();
  return last_failure_;
}

void CommandStream::reset() {
  Lock lock(mutex_);
  if (!card_)
    return;
  resetting_ = true;
  card_->stop();
  // A listener sees the closed line and marks the card as lost.
  uint64_t now = power_ons_;
  heard_.wait(lock, [&] { return !listening_ || now != power_ons_; });
  if (card_ && now == power_ons_)
    (void)give_up([] { return "was reset"; });
}

int CommandStream::process() {
  Lock lock(mutex_);
  return card_ ? card_->process() : 0;
}

Error CommandStream::give_up_damaged(std::string_view what) {
  return give_up([&] {
    return fmt::format("was turned off, as {} in its memory is not what was "
                       "written there",
                       what);
  });
}

/// Whether the card has ended, or its rings were damaged, while it was idle, so
/// that no command is lost.
bool CommandStream::left_unnoticed() {
  if (!card_ || listening_)
    return false;
  bool is_damaged = !collect().empty();
  pollfd look = {card_->socket(), 0, 0};
  return commands_.empty() &&
         (is_damaged ||
          (poll(&look, 1, 0) > 0 && (look.revents & (POLLHUP | POLLERR)) != 0));
}

Result<Ticket> CommandStream::submit(Command command) {
  Lock lock(mutex_);
  if (left_unnoticed())
    card_ = nullptr;
  if (!card_)
    TRY(power_on());
  while (submitted_ - completed_ == ring_entries)
    TRY(progress(lock));
  if (submitted_ == completed_)
    last_sign_ = Clock::now();
  command.sequence = submitted_;
  command.check = checksum(command);
  commands_[submitted_] = std::nullopt; // Nothing is allocated later.
  auto *entries = memory_->at<Command>(kind_.control + commands_offset);
  entries[submitted_ % ring_entries] = command;
  std::atomic_ref(control().command_tail)
      .store(++submitted_, std::memory_order_release);
  char doorbell = 1;
  // If the line is full, doorbells are pending anyway; a closed line is
  // detected by the thread that waits.
  (void)send(card_->socket(), &doorbell, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
  return Ticket{command.sequence, power_ons_};
}

Result<Completion> CommandStream::wait(Ticket ticket,
                                       const std::atomic<bool> *stop,
                                       uint16_t queue) {
  try {
    return wait_for(ticket, stop, queue);
  } catch (const std::bad_alloc &) { // The text of an error.
    return Error{ErrorCode::out_of_memory, "out of memory"};
  }
}

Result<Completion> CommandStream::wait_for(Ticket ticket,
                                           const std::atomic<bool> *stop,
                                           uint16_t queue) {
  Lock lock(mutex_);
  for (;;) {
    if (!card_ || ticket.power_on != power_ons_)
      return last_failure_;
    std::string_view damaged = collect();
    if (!damaged.empty() && !listening_) // A listener finds it too.
      return give_up_damaged(damaged);
    if (auto found = commands_.find(ticket.sequence);
        found != commands_.end() && found->second) {
      Completion completion = *found->second;
      commands_.erase(found);
      return completion;
    }
    if (stop && stop->load(std::memory_order_relaxed))
      std::atomic_ref(control().unwanted_below[queue])
          .store(ticket.sequence + 1, std::memory_order_relaxed);
    TRY(progress(lock));
  }
}

/// What of the control words cannot be as host and firmware have written them,
/// if so many commands are complete; "": all can be.
std::string_view CommandStream::damage(uint64_t completed) {
  if (acquire(control().command_tail) != submitted_ ||
      acquire(control().damage) == damaged_tail)
    return "the tail of the command ring";
  if (acquire(control().damage) != no_damage)
    return "a command";
  if (completed - completed_ > submitted_ - completed_)
    return "the tail of the completion ring";
  return {};
}

/// Takes over the completions so far; what is damaged, or "".
std::string_view CommandStream::collect() {
  uint64_t tail = acquire(control().completion_tail);
  if (std::string_view damaged = damage(tail); !damaged.empty())
    return damaged;
  auto *entries = memory_->at<Completion>(kind_.control + completions_offset);
  for (; completed_ != tail; ++completed_) {
    Completion completion = entries[completed_ % ring_entries];
    if (completion.sequence != static_cast<uint32_t>(completed_) ||
        completion.check != checksum(completion))
      return "a completion";
    if (auto found = commands_.find(completed_); found != commands_.end())
      found->second = completion;
    last_sign_ = Clock::now();
  }
  return {};
}

/// Waits for a message from the card, or for another thread that is waiting for
/// one.
Status CommandStream::progress(Lock &lock) {
  if (listening_) {
    heard_.wait(lock);
    return {};
  }
  listening_ = true;
  int descriptor = card_->socket();
  lock.unlock();
  pollfd look = {descriptor, POLLIN, 0};
  (void)poll(&look, 1, listen_milliseconds);
  lock.lock();
  listening_ = false;
  Status status = listen();
  heard_.notify_all();
  return status;
}

/// Reads the card's messages and completions.
Status CommandStream::listen() {
  for (;;) {
    CardMessage message;
    ssize_t got =
        recv(card_->socket(), &message, sizeof(message), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
      break;
    // The card closed the line before it read a doorbell; its last messages can
    // still be read.
    if (got < 0 && errno == ECONNRESET)
      continue;
    if (got <= 0)
      return give_up(
          [&] { return resetting_ ? "was reset" : card_->how_it_ended(); });
    if (message.kind == CardMessage::dead)
      return give_up([&] {
        return fmt::format(
            "has lost its management core at a {} (address {:#x}, pc {:#x})",
            kind_.cause_text ? kind_.cause_text(message.cause) : "fault",
            message.address, message.pc);
      });
  }
  if (std::string_view damaged = collect(); !damaged.empty())
    return give_up_damaged(damaged);
  return check_heartbeat();
}

Status CommandStream::check_heartbeat() {
  uint64_t beat = acquire(control().heartbeat);
  if (beat != heartbeat_) {
    heartbeat_ = beat;
    last_sign_ = Clock::now();
  }
  if (submitted_ == completed_ || Clock::now() - last_sign_ < kind_.timeout)
    return {};
  return give_up([&] {
    return fmt::format("has given no sign of life for {} s and was turned off",
                       kind_.timeout.count());
  });
}

} // namespace landfall::card
