//===- table_load.cpp - Loads at indices from tables ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/table_load.h"

#include <algorithm>

namespace landfall::tile {

namespace {

/// The longest period that is tried.
constexpr int64_t max_period = 16;

std::vector<TableRun> runs_of(std::span<const std::optional<int64_t>> offsets,
                              int64_t period) {
  std::vector<TableRun> runs;
  int64_t count = int64_t(offsets.size());
  for (int64_t r = 0; r < std::min(period, count); ++r) {
    bool open = false;
    for (int64_t i = r; i < count; i += period) {
      if (!offsets[size_t(i)]) {
        open = false;
        continue;
      }
      int64_t offset = *offsets[size_t(i)];
      if (open && runs.back().count == 1)
        runs.back().step = offset - runs.back().offset;
      TableRun *run = open ? &runs.back() : nullptr;
      if (run && offset == run->offset + run->count * run->step)
        ++run->count;
      else
        runs.push_back({i, period, 1, offset, 0});
      open = true;
    }
  }
  return runs;
}

class TableLoader {
public:
  TableLoader(Stream &stream, const Scope &scope, NodeId load)
      : stream_(stream), scope_(scope),
        plan_(stream.launch.plan().loads.at(load)),
        operand_(stream.launch.plan().kernel.nodes[load].index) {}

  void load(const Region &region, const Array &destination) {
    Variables varying = 0;
    for (const Axis &axis : destination.axes)
      if (region.count[axis.variable] > 1)
        varying |= bit(axis.variable);
    int64_t base = 0;
    for (const TableValue &table : plan_.tables)
      if (!(table.uses & varying))
        base += stride(table) * value(table, region.start);
    for (const TableValue &guard : plan_.guards)
      if (!(guard.uses & varying) && !value(guard, region.start))
        return;
    load_runs(region, destination, base);
  }

private:
  int64_t stride(const TableValue &table) const {
    return stream_.launch.number(table.stride);
  }
  int64_t value(const TableValue &table,
                std::span<const int64_t> variables) const {
    return stream_.launch.value_at(table.node, scope_, variables).i;
  }

  bool in_tables(uint32_t variable) const {
    for (const auto *values : {&plan_.tables, &plan_.guards})
      for (const TableValue &one : *values)
        if (one.uses & bit(variable))
          return true;
    return false;
  }

  /// Offsets along a variable, without those of affine indices, where its
  /// guards hold.
  std::vector<std::optional<int64_t>> table(const Region &region,
                                            uint32_t variable) const {
    std::vector<std::optional<int64_t>> result;
    std::vector<int64_t> at = region.start;
    for (int64_t p = 0; p < region.count[variable]; ++p) {
      at[variable] = region.start[variable] + p;
      bool holds = true;
      for (const TableValue &guard : plan_.guards)
        if (guard.uses & bit(variable))
          holds = holds && value(guard, at);
      std::optional<int64_t> offset;
      if (holds) {
        offset = 0;
        for (const TableValue &one : plan_.tables)
          if (one.uses & bit(variable))
            *offset += stride(one) * value(one, at);
      }
      result.push_back(offset);
    }
    return result;
  }

  /// Each combination of the variables' runs is a box.
  void load_runs(const Region &region, const Array &destination, int64_t base) {
    std::vector<std::vector<TableRun>> runs;
    for (const Axis &axis : destination.axes) {
      int64_t count = region.count[axis.variable];
      if (count > 1 && in_tables(axis.variable))
        runs.push_back(find_runs(table(region, axis.variable)));
      else
        runs.push_back({{0, 1, count, 0, 0}});
    }
    std::vector<size_t> which(runs.size());
    for (const std::vector<TableRun> &list : runs)
      if (list.empty())
        return;
    while (true) {
      load_box(region, destination, base, runs, which);
      size_t left = which.size();
      for (; left > 0; --left) {
        if (++which[left - 1] < runs[left - 1].size())
          break;
        which[left - 1] = 0;
      }
      if (left == 0)
        return;
    }
  }

  void load_box(const Region &region, const Array &destination, int64_t base,
                const std::vector<std::vector<TableRun>> &runs,
                const std::vector<size_t> &which) {
    Bound offset = bound_of(stream_.launch, scope_, region, plan_.offset,
                            destination.axes);
    std::vector<Bound> bounds = bounds_of(stream_.launch, scope_, region,
                                          plan_.conditions, destination.axes);
    int64_t bytes = size_of(destination.type);
    int64_t source = offset.constant + base, place = 0;
    StridedDimensions dims;
    for (size_t a = 0; a < which.size(); ++a) {
      const TableRun &run = runs[a][which[a]];
      int64_t stride = destination.axes[a].stride;
      source += run.offset + run.first * offset.slopes[a];
      place += run.first * stride;
      dims.push_back({run.count,
                      {(run.step + run.period * offset.slopes[a]) * bytes,
                       run.period * stride}});
      for (Bound &bound : bounds) {
        bound.constant += run.first * bound.slopes[a];
        bound.slopes[a] *= run.period;
      }
    }
    Place to = destination.place();
    to.offset += place;
    stream_.emitter.load({operand_, source * bytes}, to, bytes, dims, bounds,
                         false);
  }

  Stream &stream_;
  const Scope &scope_;
  const LoadPlan &plan_;
  uint32_t operand_;
};

} // namespace

std::vector<TableRun>
find_runs(std::span<const std::optional<int64_t>> offsets) {
  std::vector<TableRun> best = runs_of(offsets, 1);
  for (int64_t period = 2; period <= max_period && size_t(period) < best.size();
       ++period) {
    std::vector<TableRun> runs = runs_of(offsets, period);
    if (runs.size() < best.size())
      best = std::move(runs);
  }
  return best;
}

void load_by_tables(Stream &stream, const Scope &scope, const Region &region,
                    NodeId load, const Array &destination) {
  TableLoader(stream, scope, load).load(region, destination);
}

} // namespace landfall::tile
