//===- product_shape.cpp - How large tiles of products are ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/product_shape.h"
#include "tile/event_planner.h"
#include "tile/operand_box.h"

#include <algorithm>
#include <cmath>

namespace landfall::tile {

namespace {

int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// Loops that are one side of the product, in tiles of equal size.
struct Cut {
  std::vector<int64_t> sizes; ///< By loop, outermost first.
  int64_t points = 1;         ///< Of a tile.
  int64_t tiles = 1;
};

/// What a multiplication takes besides its products: flags and registers.
constexpr double cycles_of_a_part = 32;
/// Of what units do at the same time, this share waits for others.
constexpr double share_not_hidden = 0.125;

/// Of the staging space; the rest is for what is being loaded.
constexpr double share_kept = 0.75;

/// What tiles cost, the first that differs decides.
struct Cost {
  double cycles = 0, bytes = 0;
  auto operator<=>(const Cost &) const = default;
};

class ShapeChooser {
public:
  ShapeChooser(const Capabilities &capabilities, const Launch &launch,
               Part part)
      : capabilities_(capabilities), launch_(launch),
        plan_(*launch.plan().product), cores_(part.cores),
        edge_(std::max<int64_t>(1, capabilities.matrix_edge)) {
    for (bool is_left : {true, false}) {
      const SidePlan &side = is_left ? plan_.left : plan_.right;
      if (side.load != no_node)
        sides_[is_left] = sides_of(launch, launch.plan().factors, side.load);
    }
  }

  ProductShape choose() {
    std::vector<Cut> rows = cuts(plan_.rows, most_beside(true));
    std::vector<Cut> columns = cuts(plan_.columns, most_beside(false));
    int64_t sums = capabilities_.bytes_of(Space::accumulator) /
                   size_of(plan_.types.accumulator);
    std::optional<Cost> least;
    ProductShape best = shape_of({}, {}, {});
    for (const Cut &tall : rows)
      for (const Cut &wide : columns) {
        if (tall.points * wide.points + beside_sums(tall, wide) > sums)
          continue;
        Cut deep = depth_of(tall.points, wide.points);
        Cost cost = cost_of(tall, wide, deep);
        if (least && !(cost < *least))
          continue;
        least = cost;
        best = shape_of(tall, wide, deep);
        if (tall.tiles * wide.tiles * deep.tiles == 1)
          set_batch(best, tall, wide, deep);
      }
    return best;
  }

private:
  int64_t extent(uint32_t v) const {
    return std::max<int64_t>(
        1, launch_.extent(launch_.plan().factors.space.extents[v]));
  }
  int64_t total(const std::vector<uint32_t> &variables) const {
    int64_t product = 1;
    for (uint32_t v : variables)
      product *= extent(v);
    return product;
  }
  int64_t edges(int64_t points) const { return divide_up(points, edge_); }

  /// Elements of a factor that fit in half of its memory, beside ones.
  int64_t room(bool is_left) const {
    Space space = is_left ? Space::left : Space::right;
    int64_t bytes = capabilities_.bytes_of(space);
    if (plan_.has_zeros())
      bytes -= most_ones(space);
    return std::max<int64_t>(1, bytes / 2 / bytes_of(is_left));
  }
  /// The bytes of ones that sums of a factor are made with (product_tiler.cpp):
  /// as many as a part is deep.
  int64_t most_ones(Space space) const {
    return capabilities_.bytes_of(space) / 8;
  }
  /// Elements beside the sums of a tile: those of a factor alone.
  int64_t beside_sums(const Cut &tall, const Cut &wide) const {
    if (!plan_.has_zeros())
      return 0;
    return tall.points + wide.points +
           4 * watched_bytes / size_of(plan_.types.accumulator);
  }
  int64_t bytes_of(bool is_left) const {
    return size_of(is_left ? plan_.types.left : plan_.types.right);
  }

  /// The most rows or columns of an operand that is an edge deep.
  int64_t most_beside(bool is_left) const {
    int64_t most = room(is_left) / edge_;
    if (int64_t staged = capabilities_.bytes_of(Space::staging))
      most = std::min(most, staged / 4 / bytes_of(is_left) / edge_);
    return std::max<int64_t>(1, most);
  }

  /// The tiles of at most so many points: inner loops are whole before outer
  /// ones have more than one point; the loop that is cut has parts of equal
  /// size, of whole edges if that takes no more.
  Cut cut(const std::vector<uint32_t> &variables, int64_t most) const {
    Cut result{std::vector<int64_t>(variables.size(), 1)};
    for (size_t k = variables.size(); k-- > 0;) {
      int64_t whole = extent(variables[k]);
      int64_t size = std::clamp<int64_t>(most / result.points, 1, whole);
      if (size < whole)
        size = even(whole, size, result.points);
      result.sizes[k] = size;
      result.points *= size;
      result.tiles *= divide_up(whole, size);
      if (size < whole) {
        for (size_t outer = 0; outer < k; ++outer)
          result.tiles *= extent(variables[outer]);
        break;
      }
    }
    return result;
  }

  /// The size of parts, at most `most` and more than half of it, that takes the
  /// fewest edges; the longest of those.
  int64_t even(int64_t whole, int64_t most, int64_t inner) const {
    int64_t best = most, fewest = INT64_MAX;
    for (int64_t size = most; size > most / 2; --size) {
      int64_t last = whole % size;
      int64_t taken =
          whole / size * edges(size * inner) + (last ? edges(last * inner) : 0);
      if (taken < fewest) {
        fewest = taken;
        best = size;
      }
    }
    // As many parts, but of equal size.
    int64_t equal = divide_up(whole, divide_up(whole, best));
    return std::clamp<int64_t>(edges(equal * inner) * edge_ / inner, 1, best);
  }

  /// All sensible cuts of a side, those of more points first.
  std::vector<Cut> cuts(const std::vector<uint32_t> &variables,
                        int64_t most) const {
    constexpr int64_t fine = 32;
    std::vector<Cut> list;
    most = std::min(most, total(variables));
    for (int64_t points = most; points > 0;) {
      Cut next = cut(variables, points);
      if (list.empty() || next.sizes != list.back().sizes)
        list.push_back(next);
      int64_t steps = edges(points);
      if (steps <= 1)
        break;
      points = (steps - std::max<int64_t>(1, steps / fine)) * edge_;
    }
    return list;
  }

  Cut depth_of(int64_t tall, int64_t wide) const {
    int64_t deep = std::min(room(true) / tall, room(false) / wide);
    if (plan_.has_zeros())
      deep = std::min({deep, most_ones(Space::left) / bytes_of(true),
                       most_ones(Space::right) / bytes_of(false)});
    if (int64_t staged = capabilities_.bytes_of(Space::staging) / 2)
      deep = std::min(
          deep, staged / (tall * bytes_of(true) + wide * bytes_of(false)));
    return cut(plan_.depth, std::max<int64_t>(1, deep));
  }

  ProductShape shape_of(const Cut &tall, const Cut &wide,
                        const Cut &deep) const {
    ProductShape shape;
    shape.sizes.resize(launch_.plan().factors.space.params.size(), 1);
    auto set = [&](const std::vector<uint32_t> &variables, const Cut &cut) {
      for (size_t k = 0; k < cut.sizes.size(); ++k)
        shape.sizes[variables[k]] = cut.sizes[k];
    };
    set(plan_.rows, tall);
    set(plan_.columns, wide);
    set(plan_.depth, deep);
    return shape;
  }

  /// Products that are whole in a tile have others beside them there, as long
  /// as there are tiles for all cores.
  void set_batch(ProductShape &shape, const Cut &tall, const Cut &wide,
                 const Cut &deep) const {
    int64_t left = tall.points * deep.points, right = deep.points * wide.points;
    int64_t sums = capabilities_.bytes_of(Space::accumulator) /
                   size_of(plan_.types.accumulator) / 2;
    int64_t most =
        std::min({room(true) / left, room(false) / right,
                  sums / (tall.points * wide.points + beside_sums(tall, wide)),
                  divide_up(total(plan_.batch), int64_t(cores_))});
    if (int64_t staged = capabilities_.bytes_of(Space::staging) / 2)
      most = std::min(
          most, staged / (left * bytes_of(true) + right * bytes_of(false)));
    Cut batch = cut(plan_.batch, std::max<int64_t>(1, most));
    for (size_t k = 0; k < batch.sizes.size(); ++k)
      shape.sizes[plan_.batch[k]] = batch.sizes[k];
  }

  /// What a tile loads of a factor in all of the depth.
  double panel_bytes(bool is_left, const Cut &along) const {
    const std::vector<uint32_t> &own = is_left ? plan_.rows : plan_.columns;
    double points = double(along.points) * double(total(plan_.depth));
    if (sides_[is_left].empty())
      return points * double(bytes_of(is_left));
    size_t variables = launch_.plan().factors.space.params.size();
    Region region{std::vector<int64_t>(variables),
                  std::vector<int64_t>(variables, 1)};
    for (size_t k = 0; k < own.size(); ++k)
      region.count[own[k]] = along.sizes[k];
    for (uint32_t v : plan_.depth)
      region.count[v] = extent(v);
    return double(
        box_in(sides_[is_left], region, bytes_of(is_left)).line_bytes());
  }

  Cost cost_of(const Cut &tall, const Cut &wide, const Cut &deep) const {
    auto over = [](double bytes, int64_t rate) {
      return rate > 0 ? bytes / double(rate) : 0;
    };
    double tiles = double(divide_up(
        tall.tiles * wide.tiles * total(plan_.batch), int64_t(cores_)));
    double in_row = double(std::min<int64_t>(wide.tiles, int64_t(tiles)));
    double blocks = double(edges(tall.points)) * double(edges(wide.points)) *
                    double(edges(deep.points)) * double(deep.tiles);
    double per_block = double(edge_) * double(edge_) * double(edge_) /
                       double(plan_.types.per_cycle);
    double left = panel_bytes(true, tall), right = panel_bytes(false, wide);
    // Tiles of one row come after one another, and what is in the staging space
    // of the left factor stays there.
    double staging =
        double(capabilities_.bytes_of(Space::staging)) * share_kept;
    double kept = left > 0 ? std::min(1.0, staging / left) : 0;
    double rows = std::ceil(tiles / in_row);
    double lefts = rows + (tiles - rows) * (1 - kept);
    bool keeps_right = left + right * double(wide.tiles) <= staging;
    double rights = keeps_right ? in_row : tiles;
    double sums = double(tall.points) * double(wide.points) *
                  double(size_of(plan_.types.accumulator));
    double parts =
        double(total(plan_.depth)) *
        double(tall.points * bytes_of(true) + wide.points * bytes_of(false));
    double drain = over(sums, capabilities_.move_bytes_per_cycle);
    // One tile's sums leave before the next one's come.
    bool waits = 2 * sums > double(capabilities_.bytes_of(Space::accumulator));
    double multiply =
        tiles * (blocks * per_block + double(deep.tiles) * cycles_of_a_part +
                 (waits ? drain : 0));
    double bytes = lefts * left + rights * right + tiles * sums;
    double load = over(bytes, capabilities_.device_bytes_per_cycle);
    double move =
        over(tiles * parts, capabilities_.move_bytes_per_cycle) + tiles * drain;
    // The first part and the last sums have no products beside them.
    multiply += over(sums + (left + right) / double(deep.tiles),
                     capabilities_.device_bytes_per_cycle);
    double sum = multiply + load + move;
    double cycles =
        std::max({multiply, load, move}) + drain + sum * share_not_hidden;
    return {cycles, bytes};
  }

  const Capabilities &capabilities_;
  const Launch &launch_;
  const ProductPlan &plan_;
  int cores_;
  int64_t edge_;
  std::array<std::vector<BoxSide>, 2> sides_; ///< Of right and left.
};

} // namespace

ProductShape choose_shape(const Capabilities &capabilities,
                          const Launch &launch, Part part) {
  return ShapeChooser(capabilities, launch, part).choose();
}

} // namespace landfall::tile
