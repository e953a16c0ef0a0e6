//===- reference_backend_for_test.h - Calls on host memory -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For tests only. Executes calls on host memory: queues one call at a time, in
// a random order that the flags allow. Checks that each call keeps the limits
// in Capabilities, reads what has been written, and that flags order any two
// accesses of one byte of which one is a write (by vector clocks).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/evaluate.h"
#include "tile/call_list.h"

#include <algorithm>
#include <deque>
#include <fmt/format.h>
#include <random>
#include <set>

namespace landfall::tile {

class ReferenceBackend : public EngineBackend {
public:
  ReferenceBackend(const Capabilities &capabilities,
                   std::vector<std::vector<uint8_t>> &operands, uint32_t seed)
      : capabilities_(capabilities), operands_(operands), random_(seed) {
    for (size_t s = 0; s < space_count; ++s) {
      memory_[s].resize(size_t(capabilities.bytes[s]), 0xa5);
      shadow_[s].resize(memory_[s].size() / word_bytes + 1);
    }
  }

  void load(const LoadCall &call) override { add(call); }
  void store(const StoreCall &call) override { add(call); }
  void move(const MoveCall &call) override { add(call); }
  void fill(const FillCall &call) override { add(call); }
  void multiply(const MultiplyCall &call) override { add(call); }
  void vector(const VectorCall &call) override { add(call); }
  void reduce(const ReduceCall &call) override { add(call); }
  void ramp(const RampCall &call) override { add(call); }
  void gather(const GatherCall &call) override { add(call); }
  void set(uint8_t from, uint8_t to) override {
    queues_[from].push_back({Item::set, {}, from, to});
  }
  void wait(uint8_t from, uint8_t to) override {
    queues_[to].push_back({Item::wait, {}, from, to});
  }

  /// Executes everything; the first violation, or "".
  std::string run() {
    while (error_.empty()) {
      std::vector<uint8_t> ready;
      bool done = true;
      for (uint8_t q = 0; q < queue_count; ++q) {
        done &= queues_[q].empty();
        if (!queues_[q].empty() && can_go(queues_[q].front()))
          ready.push_back(q);
      }
      if (done)
        break;
      if (ready.empty())
        return "deadlock";
      step(ready[random_() % ready.size()]);
    }
    for (const auto &row : sent_)
      for (const auto &flags : row)
        if (error_.empty() && !flags.empty())
          return "a flag is not 0 at the end";
    return error_;
  }

  size_t calls() const { return calls_; }
  /// Multiply-adds, and those with sides rounded up to the edge.
  double useful = 0, padded = 0;

private:
  using Clock = std::array<uint32_t, queue_count>;
  struct Item {
    enum Kind : uint8_t { call, set, wait } kind;
    std::optional<Call> body;
    uint8_t from, to;
  };
  /// Accesses are watched by words.
  static constexpr int64_t word_bytes = 4;
  struct Shadow {
    uint8_t writer = 0;
    uint32_t write = 0; ///< 0: never written.
    Clock reads = {};
  };

  void add(Call call) {
    ++calls_;
    uint8_t queue = capabilities_.queues[size_t(queue_of(call))];
    Item item{Item::call, std::move(call), queue, queue};
    if (capabilities_.flag_limit == 0)
      execute(item); // In program order.
    else
      queues_[queue].push_back(std::move(item));
  }

  bool can_go(const Item &item) const {
    return item.kind != Item::wait || !sent_[item.from][item.to].empty();
  }

  void step(uint8_t queue) {
    Item item = std::move(queues_[queue].front());
    queues_[queue].pop_front();
    auto &flags = sent_[item.from][item.to];
    if (item.kind == Item::set) {
      flags.push_back(clocks_[queue]);
      if (int64_t(flags.size()) > capabilities_.flag_limit)
        complain("a flag counts above its limit");
    } else if (item.kind == Item::wait) {
      for (uint8_t q = 0; q < queue_count; ++q)
        clocks_[queue][q] = std::max(clocks_[queue][q], flags.front()[q]);
      flags.pop_front();
    } else {
      execute(item);
    }
  }

  void execute(const Item &item) {
    queue_ = item.from;
    ++clocks_[queue_][queue_];
    if (capabilities_.flag_limit == 0)
      clocks_.fill(clocks_[queue_]);
    std::visit([this](const auto &call) { perform(call); }, *item.body);
  }

  void complain(std::string what) {
    if (error_.empty())
      error_ = std::move(what);
  }
  void require(bool holds, const char *what) {
    if (!holds)
      complain(what);
  }

  /// Bytes on the chip that are read; null, with a complaint, if they may not
  /// be.
  uint8_t *at(Place place, int64_t offset, int64_t bytes, bool writes) {
    std::vector<uint8_t> &memory = memory_[size_t(place.space)];
    int64_t begin = place.offset + offset;
    if (begin < 0 || begin + bytes > int64_t(memory.size())) {
      complain(fmt::format("space {}: bytes {} to {} are outside",
                           int(place.space), begin, begin + bytes));
      return nullptr;
    }
    if (begin % bytes != 0)
      complain("an element is not aligned");
    Clock &now = clocks_[queue_];
    int64_t last = (begin + bytes - 1) / word_bytes;
    for (int64_t b = begin / word_bytes; b <= last; ++b) {
      Shadow &shadow = shadow_[size_t(place.space)][size_t(b)];
      if (shadow.write > now[shadow.writer])
        complain(fmt::format("race with a write in space {} at {}",
                             int(place.space), begin));
      if (!writes) {
        if (shadow.write == 0)
          complain(fmt::format("space {}: byte {} is read, never written",
                               int(place.space), begin));
        shadow.reads[queue_] = now[queue_];
        continue;
      }
      for (uint8_t q = 0; q < queue_count; ++q)
        if (shadow.reads[q] > now[q])
          complain(fmt::format("race with a read in space {} at {}",
                               int(place.space), begin));
      shadow.writer = queue_;
      shadow.write = now[queue_];
    }
    return memory.data() + begin;
  }

  uint8_t *at(DevicePlace place, int64_t offset, int64_t bytes, bool) {
    std::vector<uint8_t> &memory = operands_[place.operand];
    int64_t begin = place.offset + offset;
    if (begin >= 0 && begin + bytes <= int64_t(memory.size()))
      return memory.data() + begin;
    complain(fmt::format("operand {}: bytes {} to {} are outside",
                         place.operand, begin, begin + bytes));
    return nullptr;
  }

  /// Calls visit(offsets) for each element.
  template <size_t n, typename Visit>
  void walk(int rank, const std::array<int64_t, max_dimensions> &counts,
            const std::array<std::array<int64_t, max_dimensions>, n> &strides,
            const Visit &visit, int dim = 0,
            std::array<int64_t, n> offsets = {}) {
    if (dim == rank)
      return visit(offsets);
    for (int64_t i = 0; i < counts[size_t(dim)] && error_.empty(); ++i) {
      walk<n>(rank, counts, strides, visit, dim + 1, offsets);
      for (size_t k = 0; k < n; ++k)
        offsets[k] += strides[k][size_t(dim)];
    }
  }

  void check_shape(int rank, int max_rank, int64_t limit,
                   const std::array<int64_t, max_dimensions> &counts) {
    require(rank <= std::min(max_rank, max_dimensions), "too many dimensions");
    for (int d = 0; d < rank && error_.empty(); ++d)
      require(counts[size_t(d)] >= 1 &&
                  (limit == 0 || counts[size_t(d)] <= limit),
              "a count is out of range");
  }

  template <typename From, typename To>
  void copy(From source, To destination, const Box &box) {
    std::array<int64_t, max_dimensions> counts = {}, totals = {};
    std::array<std::array<int64_t, max_dimensions>, 2> strides = {};
    int64_t start = 0;
    bool pads = false;
    for (size_t d = 0; d < size_t(box.rank); ++d) {
      const BoxDimension &dim = box.dimensions[d];
      counts[d] = dim.count;
      totals[d] = dim.before + dim.count + dim.after;
      pads |= totals[d] != counts[d];
      strides[0][d] = dim.source_stride;
      strides[1][d] = dim.destination_stride;
      start += dim.before * dim.destination_stride;
    }
    check_shape(box.rank, capabilities_.box_dimensions, capabilities_.box_limit,
                totals);
    int64_t bytes = box.element_bytes;
    require(!pads || capabilities_.zero_padding, "padding");
    if (pads)
      walk<2>(box.rank, totals, strides, [&](const auto &offsets) {
        if (uint8_t *to = at(destination, offsets[1], bytes, true))
          std::fill_n(to, bytes, 0);
      });
    walk<2>(box.rank, counts, strides, [&](const auto &offsets) {
      uint8_t *from = at(source, offsets[0], bytes, false);
      uint8_t *to = at(destination, start + offsets[1], bytes, true);
      if (from && to)
        std::copy_n(from, bytes, to);
    });
  }

  void perform(const LoadCall &call) {
    require(call.destination.space != Space::accumulator, "load's space");
    copy(call.source, call.destination, call.box);
  }
  void perform(const StoreCall &call) {
    require(call.source.space == Space::vector, "store's space");
    copy(call.source, call.destination, call.box);
  }
  void perform(const MoveCall &call) {
    using S = Space;
    std::set<std::pair<S, S>> paths = {{S::staging, S::left},
                                       {S::staging, S::right},
                                       {S::accumulator, S::vector},
                                       {S::vector, S::vector},
                                       {S::vector, S::staging}};
    if (capabilities_.bytes_of(S::staging) == 0)
      paths.insert({{S::vector, S::left}, {S::vector, S::right}});
    require(paths.contains({call.source.space, call.destination.space}),
            "there is no such path");
    copy(call.source, call.destination, call.box);
  }

  void perform(const FillCall &call) {
    std::array<int64_t, max_dimensions> counts = {};
    std::array<std::array<int64_t, max_dimensions>, 1> strides = {};
    for (size_t d = 0; d < size_t(call.box.rank); ++d) {
      counts[d] = call.box.dimensions[d].count;
      strides[0][d] = call.box.dimensions[d].destination_stride;
    }
    check_shape(call.box.rank, capabilities_.box_dimensions,
                capabilities_.box_limit, counts);
    int64_t bytes = call.box.element_bytes;
    walk<1>(call.box.rank, counts, strides, [&](const auto &offsets) {
      if (uint8_t *to = at(call.destination, offsets[0], bytes, true))
        std::copy_n(reinterpret_cast<const uint8_t *>(&call.bits), bytes, to);
    });
  }

  void perform(const VectorCall &call) {
    const VectorOperation &o = call.operation;
    require(capabilities_.has(o.op, o.type, o.result),
            "the vector unit has no such operation");
    check_shape(call.rank, capabilities_.vector_dimensions,
                capabilities_.vector_limit, call.counts);
    Operation operation = resolve(o.op, o.result, o.type, Precision::exact);
    std::array<std::array<int64_t, max_dimensions>, 4> strides = {
        call.destination.strides, call.sources[0].strides,
        call.sources[1].strides, call.sources[2].strides};
    for (int s = 0; s < call.source_count; ++s)
      require(call.sources[size_t(s)].place.space == Space::vector, "space");
    walk<4>(call.rank, call.counts, strides, [&](const auto &offsets) {
      std::array<ScalarValue, 3> values;
      for (int s = 0; s < call.source_count; ++s) {
        bool mask = o.op == ScalarOp::select && s == 0;
        DType type = mask ? DType::boolean : o.type;
        if (uint8_t *from = at(call.sources[size_t(s)].place,
                               offsets[size_t(s) + 1], size_of(type), false))
          values[size_t(s)] = load_scalar(type, from);
      }
      if (uint8_t *to =
              at(call.destination.place, offsets[0], size_of(o.result), true))
        store_scalar(o.result, to, operation(values[0], values[1], values[2]));
    });
  }

  void perform(const ReduceCall &call) {
    require(capabilities_.reduces(call.op, call.type), "no such reduction");
    check_shape(call.rank, capabilities_.vector_dimensions,
                capabilities_.vector_limit, call.counts);
    Operation operation =
        resolve(call.op, call.type, call.type, Precision::exact);
    std::array<std::array<int64_t, max_dimensions>, 2> strides = {
        call.destination.strides, call.source.strides};
    size_t last = size_t(call.rank) - 1;
    int64_t bytes = size_of(call.type);
    walk<2>(int(last), call.counts, strides, [&](const auto &offsets) {
      ScalarValue total;
      for (int64_t i = 0; i < call.counts[last] && error_.empty(); ++i) {
        uint8_t *from =
            at(call.source.place, offsets[1] + i * call.source.strides[last],
               bytes, false);
        if (!from)
          return;
        ScalarValue next = load_scalar(call.type, from);
        total = i == 0 ? next : operation(total, next, {});
      }
      if (uint8_t *to = at(call.destination.place, offsets[0], bytes, true))
        store_scalar(call.type, to, total);
    });
  }

  void perform(const RampCall &call) {
    for (int64_t i = 0; i < call.count; ++i)
      if (uint8_t *to = at(call.destination, i * 4, 4, true))
        store_scalar(DType::i32, to,
                     integer_value(
                         wrap_integer(DType::i32, call.first + i * call.step)));
  }

  void perform(const GatherCall &call) {
    require(capabilities_.indexed_loads, "indexed loads");
    for (int64_t i = 0; i < call.count; ++i) {
      uint8_t *index = at(call.indices, i * 4, 4, false);
      if (!index)
        return;
      int64_t offset = load_scalar(DType::i32, index).i * call.index_bytes;
      for (int64_t b = 0; b < call.block_bytes; ++b) {
        uint8_t *from = at(call.source, offset + b, 1, false);
        uint8_t *to = at(call.destination, i * call.block_bytes + b, 1, true);
        if (from && to)
          *to = *from;
      }
    }
  }

  void perform(const MultiplyCall &call) {
    const MatrixProduct &p = call.product;
    bool listed = std::ranges::any_of(
        capabilities_.products, [&](const MatrixProduct &row) {
          return row.left == p.left && row.right == p.right &&
                 row.accumulator == p.accumulator;
        });
    require(listed, "the matrix unit has no such product");
    require(call.left.place.space == Space::left &&
                call.right.place.space == Space::right &&
                call.accumulator.place.space == Space::accumulator,
            "multiply's spaces");
    require(call.rows >= 1 && call.columns >= 1 && call.depth >= 1, "sides");
    auto round_up = [&](int64_t n) {
      int64_t edge = capabilities_.matrix_edge;
      return double((n + edge - 1) / edge * edge);
    };
    useful += double(call.rows) * double(call.columns) * double(call.depth);
    padded +=
        round_up(call.rows) * round_up(call.columns) * round_up(call.depth);
    bool real = is_real(p.accumulator);
    std::vector<ScalarValue> left =
        elements(call.left, p.left, call.rows, call.depth);
    std::vector<ScalarValue> right =
        elements(call.right, p.right, call.depth, call.columns);
    std::vector<ScalarValue> sums(size_t(call.rows * call.columns),
                                  real ? real_value(0) : integer_value(0));
    if (call.adds)
      sums = elements(call.accumulator, p.accumulator, call.rows, call.columns);
    if (!error_.empty())
      return;
    for (size_t i = 0, at = 0; i < size_t(call.rows); ++i)
      for (size_t j = 0; j < size_t(call.columns); ++j, ++at) {
        ScalarValue sum = sums[at];
        for (size_t k = 0; k < size_t(call.depth); ++k) {
          ScalarValue x = left[i * size_t(call.depth) + k];
          ScalarValue y = right[k * size_t(call.columns) + j];
          if (real)
            sum.d += x.d * y.d;
          else
            sum.i = wrap_integer(p.accumulator, sum.i + x.i * y.i);
        }
        if (real)
          sum.d = double(float(sum.d));
        if (uint8_t *to = element(call.accumulator, p.accumulator, int64_t(i),
                                  int64_t(j), true))
          store_scalar(p.accumulator, to, sum);
      }
  }

  uint8_t *element(const Matrix &m, DType type, int64_t i, int64_t j,
                   bool writes) {
    return at(m.place, i * m.row_stride + j * size_of(type), size_of(type),
              writes);
  }

  std::vector<ScalarValue> elements(const Matrix &matrix, DType type,
                                    int64_t rows, int64_t columns) {
    std::vector<ScalarValue> result;
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < columns && error_.empty(); ++j)
        if (uint8_t *from = element(matrix, type, i, j, false))
          result.push_back(load_scalar(type, from));
    return result;
  }

  const Capabilities &capabilities_;
  std::vector<std::vector<uint8_t>> &operands_;
  std::mt19937 random_;
  std::array<std::vector<uint8_t>, space_count> memory_;
  std::array<std::vector<Shadow>, space_count> shadow_;
  std::array<std::deque<Item>, queue_count> queues_;
  /// By pair: the clocks of flags that have been set and not waited for.
  std::array<std::array<std::deque<Clock>, queue_count>, queue_count> sent_;
  std::array<Clock, queue_count> clocks_ = {};
  uint8_t queue_ = 0;
  size_t calls_ = 0;
  std::string error_;
};

} // namespace landfall::tile
