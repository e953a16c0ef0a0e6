//===- reshape_readings.cpp - What a baked shape stands for ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/reshape_readings.h"

#include "frontend/onnx/reopen/reshape_units.h"

#include <algorithm>

namespace landfall::frontend {

namespace {

using Part = ReshapePart;

/// The extents of `shape` as products: nullopt if an extent has no value at
/// the exported size, or was made in ways that differ.
std::optional<std::vector<Part>> factor(const Extents &extents,
                                        const Shape &shape) {
  std::vector<Part> parts;
  for (Size extent : shape) {
    auto factors = extents.factors(extent);
    if (!factors)
      return std::nullopt;
    for (Size size : *factors) {
      auto value = extents.exported(size);
      if (!value || *value < 1)
        return std::nullopt;
      parts.push_back({size, *value});
    }
  }
  return parts;
}

/// One way to make the entries of a run, with their factors.
struct RunReading {
  Shape entries;
  std::vector<Shape> factors;
};

/// A run: parts of the data and entries of the target with equal products.
class Run {
public:
  Run(std::vector<Part> data, std::vector<Part> target)
      : data_(std::move(data)), target_(std::move(target)) {}

  std::vector<RunReading> readings() {
    bool is_open = std::ranges::any_of(data_, &Part::open);
    if (!is_open || target_.size() == 1)
      return {plain(is_open)};
    if (std::ranges::any_of(target_, &Part::open))
      return {with_known_entries()};
    assign(0, 0);
    if (result_.empty())
      add_quotients();
    return std::move(result_);
  }

private:
  Size whole() const {
    Size product = 1;
    for (const Part &part : data_)
      product = product * part.size;
    return product;
  }

  /// The only entry is the whole; without free extents all stay.
  RunReading plain(bool is_open) const {
    RunReading reading;
    for (const Part &entry : target_) {
      reading.entries.push_back(is_open ? whole() : entry.size);
      reading.factors.emplace_back();
    }
    if (is_open)
      for (const Part &part : data_)
        if (part.value != 1 || part.open())
          reading.factors[0].push_back(part.size);
    return reading;
  }

  /// Some entries are sizes already: a single constant beside them is what they
  /// leave, if it is a size too.
  RunReading with_known_entries() const {
    RunReading reading;
    Size known = 1;
    size_t constants = 0, last = 0;
    for (size_t j = 0; j < target_.size(); ++j) {
      reading.entries.push_back(target_[j].size);
      reading.factors.emplace_back();
      if (target_[j].open()) {
        known = known * target_[j].size;
      } else {
        ++constants;
        last = j;
      }
    }
    Size rest = constants == 1 ? floordiv(whole(), max(known, 1)) : Size(0);
    if (constants == 1 && rest * known == whole())
      reading.entries[last] = rest;
    return reading;
  }

  /// Gives the free parts from number `next` to entries from `first` on, in
  /// order; what each entry is more than its free parts must be a whole
  /// coefficient. Then the product is the data's at every size.
  void assign(size_t next, size_t first) {
    while (next < data_.size() && !data_[next].open())
      ++next;
    if (next == data_.size())
      return add_assignment();
    // Before all other extents of the run, a 1 belongs to the first entry.
    bool leads = data_[next].value == 1 &&
                 std::all_of(data_.begin(), data_.begin() + ptrdiff_t(next),
                             [](const Part &part) { return part.value == 1; });
    size_t end = leads ? 1 : target_.size();
    for (size_t j = first; j < end; ++j) {
      chosen_.push_back({next, j});
      if (coefficient(j))
        assign(next + 1, j);
      chosen_.pop_back();
    }
  }

  /// What is left of the entry; nullopt: its parts do not divide it.
  std::optional<int64_t> coefficient(size_t j) const {
    int64_t left = target_[j].value;
    for (auto [part, entry] : chosen_) {
      if (entry != j)
        continue;
      if (left % data_[part].value != 0)
        return std::nullopt;
      left /= data_[part].value;
    }
    return left;
  }

  void add_assignment() {
    RunReading reading;
    for (size_t j = 0; j < target_.size(); ++j) {
      Size entry = *coefficient(j);
      Shape factors;
      for (auto [part, to] : chosen_)
        if (to == j) {
          entry = entry * data_[part].size;
          factors.push_back(data_[part].size);
        }
      place_coefficient(factors, *coefficient(j));
      reading.entries.push_back(entry);
      reading.factors.push_back(std::move(factors));
    }
    result_.push_back(std::move(reading));
  }

  /// The coefficient stands before or behind the free factors, as the data's
  /// constants do; on both sides, the order is not known.
  void place_coefficient(Shape &factors, int64_t coefficient) const {
    if (coefficient == 1 || factors.empty())
      return;
    auto is_constant = [](const Part &part) {
      return !part.open() && part.value != 1;
    };
    auto first = std::ranges::find_if(data_, &Part::open);
    auto last =
        std::ranges::find_if(data_.rbegin(), data_.rend(), &Part::open).base();
    bool before = std::any_of(data_.begin(), first, is_constant);
    bool behind = std::any_of(last, data_.end(), is_constant);
    bool between = std::any_of(first, last, is_constant);
    if (between || before == behind)
      factors.clear();
    else
      factors.insert(before ? factors.begin() : factors.end(), coefficient);
  }

  /// No entry is a multiple of a free part: one is what the others, constants,
  /// leave of it. The run checks that they divide it. Only for one extent:
  /// of a product it is not known which factor would be divided.
  void add_quotients() {
    int64_t open = std::ranges::count_if(data_, &Part::open);
    int64_t single = std::ranges::count_if(
        data_, [](const Part &part) { return part.open() && part.value != 1; });
    if (open != single || single != 1)
      return;
    for (size_t j = 0; j < target_.size(); ++j) {
      int64_t others = 1;
      for (size_t k = 0; k < target_.size(); ++k)
        others *= k == j ? 1 : target_[k].value;
      RunReading reading;
      for (size_t k = 0; k < target_.size(); ++k) {
        reading.entries.push_back(k == j ? floordiv(whole(), others)
                                         : target_[k].size);
        reading.factors.emplace_back();
      }
      result_.push_back(std::move(reading));
    }
  }

  std::vector<Part> data_, target_;
  std::vector<std::pair<size_t, size_t>> chosen_; ///< (part, entry).
  std::vector<RunReading> result_;
};

/// Splits two shapes with equal products into the shortest runs and reads each.
class Splitter {
public:
  /// `backwards`: between runs, an extent of 1 that no entry of 1 stands for
  /// goes with the run before it, not behind.
  Splitter(std::vector<Part> data, std::vector<Part> target, bool backwards)
      : data_(std::move(data)), target_(std::move(target)),
        backwards_(backwards), readings_{{Shape(target_.size(), Size(1)),
                                          std::vector<Shape>(target_.size())}} {
    is_done_.resize(target_.size());
  }

  std::vector<ReshapeReading> read() {
    for (size_t j = 0; j < target_.size(); ++j)
      set(j, target_[j].size, {});
    match_units();
    if (data_.empty() && rest_is_units(0, 0))
      return std::move(readings_);
    size_t i = 0, j = 0;
    while (i < data_.size() || j < target_.size()) {
      std::vector<Part> parts, entries;
      std::vector<size_t> where;
      int64_t left = 1, right = 1;
      if (units_differ(i, j))
        return {};
      if (pair_unit(i, j))
        continue;
      do {
        bool from_data = i < data_.size() &&
                         (parts.empty() || left < right || j >= target_.size());
        if (from_data) {
          left *= data_[i].value;
          parts.push_back(data_[i++]);
        } else if (j < target_.size()) {
          if (target_[j].value != 1 || target_[j].open()) {
            right *= target_[j].value;
            entries.push_back(target_[j]);
            where.push_back(j);
          }
          ++j;
        } else {
          return {};
        }
      } while (left != right || parts.empty() || entries.empty());
      while (backwards_ && i < data_.size() && is_unit(data_[i]) &&
             j < target_.size() && !is_unit(target_[j]))
        parts.push_back(data_[i++]);
      if (rest_is_units(i, j)) // What is left of the data goes with the last.
        for (; i < data_.size(); ++i)
          parts.push_back(data_[i]);
      if (!add(Run(parts, entries).readings(), where))
        return {};
      if (rest_is_units(i, j))
        break;
    }
    return std::move(readings_);
  }

private:
  void set(size_t entry, Size size, const Shape &factors) {
    for (ReshapeReading &reading : readings_) {
      reading.target[entry] = size;
      reading.factors[entry] = factors;
    }
  }

  static bool is_unit(const Part &part) { return part.value == 1; }

  /// Dimensions of extent 1 before (and behind) all others are paired by their
  /// positions; the data's that remain go with what follows.
  void match_units() {
    auto paired = [](auto data, const auto &data_end, auto target,
                     const auto &target_end, auto set) {
      for (; data != data_end && target != target_end && is_unit(*data) &&
             is_unit(*target);
           ++data, ++target)
        if (!target->open() || target->size == data->size)
          set(*data, *target);
    };
    auto place = [&](Part &data, Part &target) {
      auto entry = static_cast<size_t>(&target - target_.data());
      if (is_done_[entry])
        return; // From the other end.
      is_done_[entry] = true;
      set(entry, data.size, {});
      data.size = 1;
    };
    paired(data_.begin(), data_.end(), target_.begin(), target_.end(), place);
    paired(data_.rbegin(), data_.rend(), target_.rbegin(), target_.rend(),
           place);
    std::erase_if(
        data_, [](const Part &part) { return is_unit(part) && !part.open(); });
    for (Part &entry : target_)
      if (is_unit(entry))
        entry.size = 1;
  }

  /// Between runs, extents of 1 are paired in order. They must be as many.
  bool pair_unit(size_t &i, size_t &j) {
    if (i == data_.size() || j == target_.size() || !is_unit(data_[i]) ||
        !is_unit(target_[j]) || is_done_[j])
      return false;
    set(j++, data_[i++].size, {});
    return true;
  }

  /// Whether free extents of 1 meet entries of 1 that are not as many.
  bool units_differ(size_t i, size_t j) const {
    bool is_free = false;
    size_t own = 0, entries = 0;
    for (; i < data_.size() && is_unit(data_[i]); ++i, ++own)
      is_free |= data_[i].open();
    for (; j < target_.size() && is_unit(target_[j]) && !is_done_[j]; ++j)
      ++entries;
    return is_free && entries > 0 && own != entries;
  }

  bool rest_is_units(size_t i, size_t j) const {
    return std::all_of(data_.begin() + ptrdiff_t(i), data_.end(), is_unit) &&
           std::all_of(target_.begin() + ptrdiff_t(j), target_.end(), is_unit);
  }

  /// Every reading so far with every reading of the run.
  bool add(const std::vector<RunReading> &run,
           const std::vector<size_t> &where) {
    std::vector<ReshapeReading> all;
    constexpr size_t most = 64;
    for (const ReshapeReading &before : readings_)
      for (const RunReading &next : run) {
        ReshapeReading &reading = all.emplace_back(before);
        for (size_t k = 0; k < where.size(); ++k) {
          reading.target[where[k]] = next.entries[k];
          reading.factors[where[k]] = next.factors[k];
        }
        if (all.size() > most)
          return false;
      }
    readings_ = std::move(all);
    return !readings_.empty();
  }

  std::vector<Part> data_, target_;
  bool backwards_;
  std::vector<bool> is_done_; ///< By entry: an extent of 1 that is paired.
  std::vector<ReshapeReading> readings_;
};

} // namespace

std::vector<ReshapeReading> reshape_readings(const Extents &extents,
                                             const Shape &data,
                                             const Shape &target) {
  auto factors = factor(extents, data);
  std::vector<Part> entries;
  int64_t left = 1, right = 1;
  for (Size entry : target) {
    auto value = extents.exported(entry);
    if (!value || *value < 1)
      return {};
    entries.push_back({entry, *value});
    right *= *value;
  }
  for (const Part &part : factors.value_or(std::vector<Part>()))
    left *= part.value;
  if (!factors || left != right)
    return {};
  std::vector<ReshapeReading> readings;
  for (const auto &parts : with_equal_units(*factors, entries))
    for (bool backwards : {false, true})
      for (auto &reading : Splitter(parts, entries, backwards).read())
        if (std::ranges::find(readings, reading.target,
                              &ReshapeReading::target) == readings.end())
          readings.push_back(std::move(reading));
  return readings;
}

void note_factors(Extents &extents, const ReshapeReading &reading) {
  for (size_t j = 0; j < reading.target.size(); ++j)
    extents.note_product(reading.target[j], reading.factors[j]);
}

} // namespace landfall::frontend
