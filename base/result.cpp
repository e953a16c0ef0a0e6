//===- result.cpp - Errors as values --------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/result.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

namespace landfall {

namespace {

/// Places for errors when there is no memory for them: most of them say that.
class Reserve {
public:
  /// Null: all are taken.
  void *take() {
    uint32_t taken = taken_.load();
    while (~taken != 0)
      if (uint32_t first = ~taken & (taken + 1);
          taken_.compare_exchange_weak(taken, taken | first))
        return places_[__builtin_ctz(first)];
    return nullptr;
  }
  /// False: it is none of these.
  bool give_back(void *place) {
    auto offset = reinterpret_cast<uintptr_t>(place) -
                  reinterpret_cast<uintptr_t>(places_);
    if (offset >= sizeof(places_)) // Also below: it wraps around.
      return false;
    taken_ &= ~(uint32_t(1) << offset / sizeof(Error));
    return true;
  }

private:
  static constexpr size_t count = 32; // The bits of `taken_`.
  alignas(Error) std::byte places_[count][sizeof(Error)] = {};
  std::atomic<uint32_t> taken_ = 0;
};

constinit Reserve reserve; // Not a member: there is nobody to hold it.

void *place_for_error() {
  void *place = ::operator new(sizeof(Error), std::nothrow);
  if (!place)
    place = reserve.take();
  if (!place)
    throw std::bad_alloc();
  return place;
}

void give_back(void *place) {
  if (!reserve.give_back(place))
    ::operator delete(place);
}

} // namespace

MaybeError::MaybeError(Error error)
    : error_(new (place_for_error()) Error(std::move(error))) {}

MaybeError::MaybeError(const MaybeError &other) : error_(nullptr) {
  if (!other.error_)
    return;
  void *place = place_for_error();
  try {
    error_ = new (place) Error(*other.error_);
  } catch (...) {
    give_back(place);
    throw;
  }
}

void MaybeError::release() {
  error_->~Error();
  give_back(error_);
}

} // namespace landfall
