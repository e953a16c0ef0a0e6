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
#include "tile/product_sums.h"
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
    Region region = one_point(plan_.factors);
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
    ProductSums sums = summed(region);
    finish_last();
    if (stream_.emitter.failed())
      return;
    Region box = one_point(plan_.body);
    for (size_t v = 0; v < plan_.kernel.loops.size(); ++v) {
      box.start[v] = region.start[v];
      box.count[v] = region.count[v];
    }
    auto give = [this, sums, region](const Region &tile, Evaluator &evaluator) {
      evaluator.give(product_.sum, sum_in(stream_, sums, region, tile));
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
  ProductSums summed(Region &region) {
    DType type = product_.types.accumulator;
    std::vector<int64_t> extents, sizes;
    for (uint32_t v : product_.depth) {
      extents.push_back(extent(v));
      sizes.push_back(shape_.sizes[v]);
    }
    if (std::ranges::find(extents, 0) != extents.end())
      return {stream_.constants.get(type, 0), {}, {}};
    ProductSums sums;
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
        sums = allocate_sums(region);
      if (stream_.emitter.failed())
        break;
      multiply(region, left, right, sums, part > 0);
      // The first two parts are on their way before moves wait for the last
      // tile's sums.
      if (part > 0 || parts == 1)
        go_on_with_last(part, std::max<int64_t>(1, parts - 1));
    }
    return sums;
  }

  ProductSums allocate_sums(const Region &region) {
    std::vector<uint32_t> both = product_.rows;
    both.insert(both.end(), product_.columns.begin(), product_.columns.end());
    ProductSums sums = {allocate_sums(region, both), {}, {}};
    if (product_.right.zero != no_node)
      sums.left = allocate_sums(region, product_.rows);
    if (product_.left.zero != no_node)
      sums.right = allocate_sums(region, product_.columns);
    return sums;
  }

  /// Once the last tile's have left, if there is not enough memory for both.
  Array allocate_sums(const Region &region,
                      std::span<const uint32_t> variables) {
    return stream_.emitter.allocate(accumulator_, product_.types.accumulator,
                                    variables, region, [this] {
                                      bool frees = last_.has_value();
                                      finish_last();
                                      return frees && !stream_.emitter.failed();
                                    });
  }

  /// The sum of a factor alone is its product with ones.
  void multiply(const Region &region, const Array &left, const Array &right,
                const ProductSums &sums, bool adds) {
    MultiplyCall call;
    call.product = product_.types;
    call.rows = points(region, product_.rows);
    call.columns = points(region, product_.columns);
    call.depth = points(region, product_.depth);
    call.left = {left.place(), call.depth * size_of(left.type)};
    call.right = {right.place(), call.columns * size_of(right.type)};
    call.accumulator = {sums.products.place(),
                        call.columns * size_of(sums.products.type)};
    call.adds = adds;
    stream_.emitter.multiply(call);
    if (sums.left) {
      MultiplyCall alone = call;
      alone.columns = 1;
      alone.right = {ones(right_, right.type).place(), size_of(right.type)};
      alone.accumulator = {sums.left->place(), size_of(sums.left->type)};
      stream_.emitter.multiply(alone);
    }
    if (sums.right) {
      MultiplyCall alone = call;
      alone.rows = 1;
      alone.left = {ones(left_, left.type).place(), call.left.row_stride};
      alone.accumulator = {sums.right->place(), call.accumulator.row_stride};
      stream_.emitter.multiply(alone);
    }
  }

  /// As many ones as a part of the depth has at most, in an operand's memory.
  const Array &ones(Arena &arena, DType type) {
    std::optional<Array> &made = ones_[&arena == &left_];
    if (made)
      return *made;
    Region whole;
    whole.start.resize(shape_.sizes.size());
    whole.count = shape_.sizes;
    made = stream_.emitter.allocate(arena, type, product_.depth, whole);
    if (!stream_.emitter.failed())
      stream_.emitter.fill(whole, *made, 1);
    return *made;
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
      load_direct(region, side, result);
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
      load_direct(region, side, array);
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
               padding_of(side));
    return array;
  }

  /// The elements of a load, over what stands where its guard lets nothing
  /// through.
  void load_direct(const Region &region, const SidePlan &side,
                   const Array &array) {
    Padding padding = padding_of(side);
    if (!padding.is_zero()) {
      std::vector<uint32_t> variables;
      for (const Axis &axis : array.axes)
        variables.push_back(axis.variable);
      const Array nothing, *arrays[] = {&nothing, &array};
      stream_.emitter.pad(array.place(), size_of(array.type), padding,
                          dimensions_of(region, variables, arrays));
    }
    load_elements(stream_, plan_.factors, region, side.load, array,
                  padding.is_zero());
  }

  /// Its one value is loaded once.
  Padding padding_of(const SidePlan &side) {
    if (side.other == no_node)
      return {};
    if (plan_.kinds[side.other] == ValueKind::host)
      return {stream_.launch.host_bits(side.other)};
    std::optional<Array> &loaded = others_[&side == &product_.left];
    if (!loaded)
      loaded = value_in(stream_, side.other, side.other_steps,
                        one_point(plan_.factors));
    return {0, loaded};
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
  std::array<std::optional<Array>, 2> ones_;   ///< In `right_`, `left_`.
  std::array<std::optional<Array>, 2> others_; ///< Of right and left.
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
