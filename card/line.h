//===- line.h - The two ends of a card's line ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace landfall::card {

/// An owned file descriptor, closed by the destructor.
class Descriptor {
public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor &&other) noexcept
      : number_(std::exchange(other.number_, -1)) {}
  Descriptor &operator=(Descriptor &&other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  int number() const { return number_; }
  void reset() {
    if (number_ >= 0)
      close(std::exchange(number_, -1));
  }

private:
  int number_;
};

struct Line {
  Descriptor host, card;

  static Result<Line> create() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
      return Error{ErrorCode::device,
                   std::string("the system gives no line to a simulated "
                               "card: ") +
                       std::strerror(errno)};
    return Line{Descriptor(ends[0]), Descriptor(ends[1])};
  }
};

} // namespace landfall::card
