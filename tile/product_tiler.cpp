//===- product_tiler.cpp - Contractions, a tile at a time -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/product_tiler.h"
#include "tile/body_tiler.h"
#include "tile/event_planner.h"
#include "tile/operand_box.h"
#include "tile/product_shape.h"
#include "tile/regions.h"

#include <algorithm>
#include <cstdlib>
#include <list>

namespace landfall::tile {

namespace {

class ProductRecorder {
public:
  ProductRecorder(Stream &stream, Part part)
      : stream_(stream), plan_(stream.launch.plan()), product_(*plan_.product),
        shape_(choose_shape(stream.capabilities, stream.launch, part)),
        staging_(make_arena(Space::staging)), left_(make_arena(Space::left)),
        right_(make_arena(Space::right)),
        accumulator_(make_arena(Space::accumulator)) {
    for (const SidePlan *side : {&product_.left, &product_.right})
      if (side->load != no_node)
        sides_[side == &product_.left] =
            sides_of(stream.launch, plan_.factors, side->load);
  }

  void record(Part part) {
    std::vector<uint32_t> loops;
    std::vector<int64_t> extents, sizes;
    for (const auto *group :
         {&product_.batch, &product_.rows, &product_.columns})
      for (uint32_t v : *group) {
        loops.push_back(v);
        extents.push_back(extent(v));
        sizes.push_back(shape_.sizes[v]);
      }
    Region region;
    region.start.resize(plan_.factors.space.params.size());
    region.count.resize(plan_.factors.space.params.size(), 1);
    int64_t tiles = tile_count(extents, sizes);
    int64_t first = tiles * part.core / part.cores;
    int64_t end = tiles * (part.core + 1) / part.cores;
    for (int64_t tile = first; tile < end && !stream_.emitter.failed();
         ++tile) {
      set_tile(region, loops, extents, sizes, tile);
      is_backwards_ = tile % 2 != 0;
      record_tile(region);
    }
    finish_last();
  }

private:
  Arena make_arena(Space space) const {
    // Neighbours share no block, or one would wait for the other.
    return Arena(space, stream_.capabilities.bytes_of(space),
                 std::max(stream_.capabilities.alignment, watched_bytes));
  }

  int64_t extent(uint32_t variable) const {
    return stream_.launch.extent(plan_.factors.space.extents[variable]);
  }

  static int64_t points(const Region &region,
                        const std::vector<uint32_t> &variables) {
    int64_t product = 1;
    for (uint32_t v : variables)
      product *= region.count[v];
    return product;
  }

  /// The sums of a tile, between which the body's tiles of the last one are
  /// computed; its own are left for the next one.
  void record_tile(Region &region) {
    Array sum = summed(region);
    finish_last();
    if (stream_.emitter.failed())
      return;
    Region box;
    box.start.resize(plan_.body.space.params.size());
    box.count.resize(plan_.body.space.params.size(), 1);
    for (size_t v = 0; v < plan_.kernel.loops.size(); ++v) {
      box.start[v] = region.start[v];
      box.count[v] = region.count[v];
    }
    auto give = [this, sum, region](const Region &tile, Evaluator &evaluator) {
      evaluator.give(product_.sum, part_of_sum(sum, region, tile));
    };
    last_.emplace(stream_, box, give);
  }

  /// Computes the last tile's body up to that share of it.
  void go_on_with_last(int64_t part, int64_t parts) {
    if (!last_)
      return;
    int64_t due = (last_->count() * part + parts - 1) / parts;
    for (; computed_ < due && !stream_.emitter.failed(); ++computed_)
      last_->compute_next();
    if (computed_ < last_->count())
      return;
    last_.reset(); // And its sums.
    computed_ = 0;
  }
  void finish_last() { go_on_with_last(1, 1); }

  /// The sums of a tile, in the accumulator's memory; in the vector space if
  /// there is nothing to sum.
  Array summed(Region &region) {
    DType type = product_.types.accumulator;
    std::vector<int64_t> extents, sizes;
    for (uint32_t v : product_.depth) {
      extents.push_back(extent(v));
      sizes.push_back(shape_.sizes[v]);
    }
    if (std::ranges::find(extents, 0) != extents.end())
      return stream_.constants.get(type, 0);
    Array sum;
    const int64_t parts = tile_count(extents, sizes);
    int64_t part = 0;
    for (; part < parts; ++part) {
      set_tile(region, product_.depth, extents, sizes,
               is_backwards_ ? parts - 1 - part : part);
      Array left = operand(region, product_.left, product_.types.left,
                           product_.rows, product_.depth, left_);
      Array right = operand(region, product_.right, product_.types.right,
                            product_.depth, product_.columns, right_);
      if (part == 0)
        sum = allocate_sums(region);
      if (stream_.emitter.failed())
        break;
      multiply(region, left, right, sum, part > 0);
      // The first two parts are on their way before moves wait for the last
      // tile's sums.
      if (part > 0 || parts == 1)
        go_on_with_last(part, std::max<int64_t>(1, parts - 1));
    }
    return sum;
  }

  /// Once the last tile's have left, if there is not enough memory for both.
  Array allocate_sums(const Region &region) {
    std::vector<uint32_t> variables = product_.rows;
    variables.insert(variables.end(), product_.columns.begin(),
                     product_.columns.end());
    return stream_.emitter.allocate(accumulator_, product_.types.accumulator,
                                    variables, region, [this] {
                                      bool frees = last_.has_value();
                                      finish_last();
                                      return frees && !stream_.emitter.failed();
                                    });
  }

  void multiply(const Region &region, const Array &left, const Array &right,
                const Array &sum, bool adds) {
    MultiplyCall call;
    call.product = product_.types;
    call.rows = points(region, product_.rows);
    call.columns = points(region, product_.columns);
    call.depth = points(region, product_.depth);
    call.left = {left.place(), call.depth * size_of(left.type)};
    call.right = {right.place(), call.columns * size_of(right.type)};
    call.accumulator = {sum.place(), call.columns * size_of(sum.type)};
    call.adds = adds;
    stream_.emitter.multiply(call);
  }

  /// A factor as a dense matrix in the unit's memory.
  Array operand(const Region &region, const SidePlan &side, DType type,
                std::vector<uint32_t> outer, const std::vector<uint32_t> &inner,
                Arena &arena) {
    outer.insert(outer.end(), inner.begin(), inner.end());
    Array result = stream_.emitter.allocate(arena, type, outer, region);
    if (stream_.emitter.failed())
      return result;
    bool has_staging = staging_.bytes() > 0;
    if (side.load != no_node && !has_staging) {
      load_elements(stream_, plan_.factors, region, side.load, result, true);
      return result;
    }
    if (!has_staging) {
      compute(region, side, outer, result);
      return result;
    }
    stream_.emitter.copy(region, result, staged(region, side, type, outer));
    return result;
  }

  /// A part of a factor in the staging space: as it is there already, if memory
  /// has lasted since it was used before.
  Array staged(const Region &region, const SidePlan &side, DType type,
               const std::vector<uint32_t> &variables) {
    std::vector<int64_t> key = {&side == &product_.left};
    for (const auto *group : {&product_.batch, &variables})
      for (uint32_t v : *group)
        key.push_back(region.start[v]);
    auto found = std::ranges::find(cache_, key, &Cached::key);
    if (found != cache_.end()) {
      cache_.splice(cache_.end(), cache_, found);
      return cache_.back().array;
    }
    Array array = new_staged(region, side, type, variables);
    if (!stream_.emitter.failed())
      cache_.push_back({std::move(key), array});
    return array;
  }

  Array new_staged(const Region &region, const SidePlan &side, DType type,
                   const std::vector<uint32_t> &variables) {
    if (std::optional<OperandBox> box = better_box(
            sides_[&side == &product_.left], region, variables, size_of(type)))
      return boxed(*box, region, side, type, variables);
    bool direct = side.load != no_node;
    Array array = stream_.emitter.allocate(
        staging_, type, direct ? in_memory_order(side, variables) : variables,
        region, [this] { return drop_oldest(); });
    if (stream_.emitter.failed())
      return array;
    if (direct)
      load_elements(stream_, plan_.factors, region, side.load, array, true);
    else
      compute(region, side, variables, array);
    return array;
  }

  /// A part in the staging space makes room: of the right factor, of which the
  /// next tile needs another panel, but for the last few, which are being
  /// moved; else the longest unused.
  bool drop_oldest() {
    constexpr ptrdiff_t in_use = 4;
    if (cache_.empty())
      return false;
    auto is_right = [](const Cached &part) { return !part.key.front(); };
    bool drops_right = std::ranges::count_if(cache_, is_right) > in_use;
    cache_.erase(drops_right ? std::ranges::find_if(cache_, is_right)
                             : cache_.begin());
    return true;
  }

  Array boxed(const OperandBox &box, const Region &region, const SidePlan &side,
              DType type, const std::vector<uint32_t> &variables) {
    auto memory = stream_.emitter.allocate(staging_, box.bytes(),
                                           [this] { return drop_oldest(); });
    Array array = box.array(memory, type, region, variables);
    if (!stream_.emitter.failed())
      box.load(stream_.emitter, plan_.kernel.nodes[side.load].index, *memory,
               0);
    return array;
  }

  /// The variables by the strides of the load in device memory, the longest
  /// first, so that it reads in order.
  std::vector<uint32_t> in_memory_order(const SidePlan &side,
                                        std::vector<uint32_t> variables) const {
    Form offset =
        stream_.launch.form(plan_.loads.at(side.load).offset, plan_.factors);
    std::ranges::stable_sort(variables, std::greater(), [&](uint32_t v) {
      return std::abs(offset.slopes[v]);
    });
    return variables;
  }

  /// Computes a factor in the vector space, in parts, and moves it.
  void compute(const Region &region, const SidePlan &side,
               const std::vector<uint32_t> &variables,
               const Array &destination) {
    std::vector<int64_t> extents, sizes;
    for (uint32_t v : variables)
      extents.push_back(region.count[v]);
    Region part = region;
    cut_region(part, variables, extents, stream_.points);
    for (uint32_t v : variables)
      sizes.push_back(part.count[v]);
    for_each_tile(part, variables, extents, sizes, [&] {
      Region moved = part;
      Array place = destination;
      for (uint32_t v : variables) {
        place.offset += part.start[v] * destination.stride(v);
        moved.start[v] += region.start[v];
      }
      Evaluator evaluator(stream_, plan_.factors, moved);
      evaluator.run(side.steps);
      if (!stream_.emitter.failed())
        stream_.emitter.copy(moved, place, evaluator.element(side.value));
      return !stream_.emitter.failed();
    });
  }

  /// The sums of a part of the tile, in the vector space.
  Array part_of_sum(const Array &sum, const Region &whole, const Region &tile) {
    if (sum.place().space == Space::vector)
      return sum;
    Array source = sum;
    std::vector<uint32_t> loops;
    for (uint32_t v = 0; v < plan_.kernel.loops.size(); ++v) {
      loops.push_back(v);
      source.offset += (tile.start[v] - whole.start[v]) * sum.stride(v);
    }
    Array result =
        stream_.emitter.allocate(stream_.vector, sum.type, loops, tile);
    if (!stream_.emitter.failed())
      stream_.emitter.copy(tile, result, source);
    return result;
  }

  /// A part of a factor: which side, and where it begins.
  struct Cached {
    std::vector<int64_t> key;
    Array array;
  };

  Stream &stream_;
  const TilePlan &plan_;
  const ProductPlan &product_;
  ProductShape shape_;
  std::array<std::vector<BoxSide>, 2> sides_; ///< Of right and left.
  Arena staging_, left_, right_, accumulator_;
  std::list<Cached> cache_;       ///< In `staging_`, the longest unused first.
  std::optional<BodyTiles> last_; ///< Of the tile that was summed last.
  int64_t computed_ = 0;          ///< How many of them have been.
  /// Every other tile goes through the depth from its end, where what it shares
  /// with the tile before is in the staging space.
  bool is_backwards_ = false;
};

} // namespace

void record_products(Stream &stream, Part part) {
  ProductRecorder(stream, part).record(part);
}

} // namespace landfall::tile
