//===- precompiled.h - The C++ library, precompiled -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// What cmake/Rooms.cmake has precompiled for the rooms that have no list of
// their own. Files include what they use all the same: a build with
// CMAKE_DISABLE_PRECOMPILE_HEADERS=ON works, too.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <charconv>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <ranges>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>
