//===- command_stream_fuzz.cpp - A card that answers anything -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The driver's side of the rings: the card is played by the input, which
// writes control words, completions and messages, then closes the line. A
// command gets its own completion or an error, and the next power-on works.
//
//===----------------------------------------------------------------------===//
#include "card/command_stream.h"
#include "card/line.h"
#include "ring/card_line.h"
#include "test/fuzz/fuzz_target.h"

#include <cstdlib>
#include <cstring>

using namespace landfall;
using namespace landfall::card;
using namespace landfall::ring;

constexpr uint64_t control_base = 4096;
constexpr uint64_t completion_ring = control_base + completions_offset;

namespace {

/// Takes numbers from the input; zeros behind its end.
class Script {
public:
  explicit Script(std::span<const uint8_t> bytes) : rest_(bytes) {}
  bool at_end() const { return rest_.empty(); }
  template <typename T> T take() {
    T value = {};
    size_t count = std::min(sizeof(T), rest_.size());
    if (count > 0)
      std::memcpy(&value, rest_.data(), count);
    rest_ = rest_.subspan(count);
    return value;
  }

private:
  std::span<const uint8_t> rest_;
};

/// A card without a processor: the test writes its answers.
class PlayedCard : public RunningCard {
public:
  explicit PlayedCard(Line line) : line_(std::move(line)) {}
  int socket() const override { return line_.host.number(); }
  int process() const override { return 0; }
  void stop() override { shutdown(line_.host.number(), SHUT_RDWR); }
  std::string how_it_ended() override { return "has stopped"; }

  void send_to_host(const void *bytes, size_t count) {
    (void)send(line_.card.number(), bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  void close_line() { line_.card.reset(); }

private:
  Line line_;
};

/// Of memory as large as the control words and the rings need.
CardMemory &memory() {
  static std::unique_ptr<CardMemory> made =
      CardMemory::create(control_base + rings_bytes, 0).take();
  return *made;
}

class Driver {
public:
  Driver()
      : stream_({"fuzz", control_base, [this](bool) { return start(); },
                 nullptr, std::chrono::seconds(0)},
                memory()) {
    std::memset(memory().host(control_base), 0, rings_bytes);
  }

  /// Up to `count` commands, answered as the script says.
  void play(Script &script, size_t count) {
    std::vector<Ticket> tickets;
    for (; count > 0; --count) {
      Command command = {};
      command.operation = Operation::barrier;
      Result<Ticket> ticket = stream_.submit(command);
      if (ticket)
        tickets.push_back(*ticket);
    }
    while (!script.at_end())
      act(script);
    if (card_)
      card_->close_line();
    for (Ticket ticket : tickets)
      wait(ticket);
  }

  /// Whether a command is completed by a card that answers properly.
  bool works() {
    Command command = {};
    command.operation = Operation::barrier;
    Result<Ticket> ticket = stream_.submit(command);
    if (!ticket || !card_)
      return false;
    complete(ticket->sequence);
    return stream_.wait(*ticket).ok();
  }

private:
  Result<std::unique_ptr<RunningCard>> start() {
    auto card = std::make_unique<PlayedCard>(TRY(Line::create()));
    card_ = card.get();
    return std::unique_ptr<RunningCard>(std::move(card));
  }

  void complete(uint64_t sequence) {
    Completion completion = {};
    completion.sequence = static_cast<uint32_t>(sequence);
    completion.check = checksum(completion);
    memory().at<Completion>(completion_ring)[sequence % ring_entries] =
        completion;
    memory().at<Control>(control_base)->completion_tail = sequence + 1;
    CardMessage message;
    card_->send_to_host(&message, sizeof(message));
  }

  void act(Script &script) {
    auto &control = *memory().at<Control>(control_base);
    switch (script.take<uint8_t>() % 8) {
    case 0:
      control.completion_tail = script.take<uint64_t>();
      break;
    case 1:
      control.command_tail = script.take<uint64_t>();
      break;
    case 2:
      control.heartbeat = script.take<uint64_t>();
      break;
    case 3: {
      auto entry = script.take<uint8_t>() % ring_entries;
      memory().at<Completion>(completion_ring)[entry] =
          script.take<Completion>();
      break;
    }
    case 4: {
      auto message = script.take<CardMessage>();
      card_->send_to_host(&message,
                          script.take<uint8_t>() % (sizeof(message) + 1));
      break;
    }
    default:
      complete(script.take<uint8_t>());
    }
  }

  void wait(Ticket ticket) {
    Result<Completion> completion = stream_.wait(ticket);
    bool is_right = completion ? completion->sequence == ticket.sequence
                               : completion.error().code == ErrorCode::device;
    if (!is_right)
      std::abort();
  }

  CommandStream stream_;
  PlayedCard *card_ = nullptr; ///< The stream's, once it was powered on.
};

} // namespace

std::vector<fuzz::Bytes> fuzz::seeds() {
  return {{1, 5, 0}, {3, 7, 0, 7, 1, 7, 2}, {2, 0, 9, 9, 9, 9, 9, 9, 9, 9}};
}

bool fuzz::accepts(std::span<const uint8_t> input) {
  Script script(input);
  Driver driver;
  driver.play(script, 1 + script.take<uint8_t>() % 8);
  // The line of the first card is closed: the stream has noticed or will.
  if (!driver.works() && !driver.works())
    std::abort();
  return true;
}
