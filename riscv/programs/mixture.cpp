//===- mixture.cpp - A program of many kinds of code ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Compiled for riscv64 without libraries by compiled_test.cpp, which runs it
// on a hart and in qemu: loops that the compiler vectorises, sorting,
// recursion, tables of functions, conversions. It writes what it computed and
// ends.
//
//===----------------------------------------------------------------------===//

using u8 = unsigned char;
using u16 = unsigned short;
using u32 = unsigned;
using u64 = unsigned long;
using i64 = long;

namespace {

constexpr int count = 203;

struct Results {
  float relu[count], polynomial[count], product[16][17];
  double sums[8], mixed[count];
  int dots[4];
  u32 sorted[count], scaled[count];
  u64 numbers[64];
  short narrowed[count];
  u8 bytes[count];
};

Results results;
float a[count], b[count];
signed char c[count], d[count];
u64 state = 88172645463325252u;

u64 draw() {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state * 2685821657736338717u;
}

void fill() {
  for (int k = 0; k < count; ++k) {
    a[k] = static_cast<float>(static_cast<i64>(draw() >> 40)) / 4096 - 2048;
    b[k] = static_cast<float>(draw() >> 44) * 0.001f - 500;
    c[k] = static_cast<signed char>(draw());
    d[k] = static_cast<signed char>(draw());
  }
}

void elementwise() {
  for (int k = 0; k < count; ++k) {
    results.relu[k] = a[k] > 0 ? a[k] : 0;
    float x = a[k] * 0.001f;
    results.polynomial[k] = ((0.5f * x + 0.25f) * x - 1.5f) * x + 3.0f;
    results.mixed[k] = static_cast<double>(a[k]) / (1.0 + b[k] * b[k]);
    results.scaled[k] = static_cast<u32>(k * 2654435761u) % (k + 3);
    results.narrowed[k] = static_cast<short>(c[k] * d[k] + k);
    results.bytes[k] = static_cast<u8>(c[k] > d[k] ? c[k] : d[k] >> 1);
  }
}

void products() {
  for (int i = 0; i < 16; ++i)
    for (int j = 0; j < 17; ++j) {
      float sum = 0;
      for (int k = 0; k < 11; ++k)
        sum += a[(i * 11 + k) % count] * b[(k * 17 + j) % count];
      results.product[i][j] = sum;
    }
  for (int n = 0; n < 4; ++n)
    for (int k = n; k < count; k += n + 1)
      results.dots[n] += c[k] * d[count - 1 - k];
}

void sort(u32 *first, u32 *last) {
  if (last - first < 2)
    return;
  u32 pivot = first[(last - first) / 2];
  u32 *left = first, *right = last - 1;
  while (left <= right) {
    while (*left < pivot)
      ++left;
    while (*right > pivot)
      --right;
    if (left <= right) {
      u32 kept = *left;
      *left++ = *right;
      *right-- = kept;
    }
  }
  sort(first, right + 1);
  sort(left, last);
}

u64 rotate(u64 x, u64 y) { return x << (y & 63) | x >> (-y & 63); }
u64 divide(u64 x, u64 y) { return y ? x / y + x % (y | 1) : ~x; }
u64 multiply(u64 x, u64 y) {
  return static_cast<u64>(
      (static_cast<__int128>(static_cast<i64>(x)) * static_cast<i64>(y)) >> 61);
}
u64 convert(u64 x, u64 y) {
  double value = static_cast<double>(static_cast<i64>(x)) * 1.5;
  float less = static_cast<float>(value) / static_cast<float>(y | 1);
  return static_cast<u64>(static_cast<i64>(less)) ^
         static_cast<u64>(static_cast<int>(static_cast<float>(y)));
}

void dispatch() {
  u64 (*const functions[])(u64, u64) = {rotate, divide, multiply, convert};
  u64 x = draw(), y = draw();
  for (u64 k = 0; k < 64; ++k) {
    u64 made = functions[(x ^ k) & 3](x, y >> (k % 40));
    results.numbers[k] = made;
    y = x + k;
    x = made ^ draw();
  }
}

void sums() {
  double sum = 0, least = 1e300, greatest = -1e300;
  for (int k = 0; k < count; ++k) {
    sum += a[k];
    least = a[k] < least ? a[k] : least;
    greatest = b[k] > greatest ? b[k] : greatest;
  }
  results.sums[0] = sum;
  results.sums[1] = least;
  results.sums[2] = greatest;
  results.sums[3] = __builtin_sqrt(sum * sum + 1);
  results.sums[4] = __builtin_fma(sum, least, greatest);
}

} // namespace

extern "C" void *memcpy(void *to, const void *from, u64 bytes) {
  for (u64 k = 0; k < bytes; ++k)
    static_cast<volatile u8 *>(to)[k] = static_cast<const u8 *>(from)[k];
  return to;
}

extern "C" void *memset(void *to, int value, u64 bytes) {
  for (u64 k = 0; k < bytes; ++k)
    static_cast<volatile u8 *>(to)[k] = static_cast<u8>(value);
  return to;
}

extern "C" [[noreturn, gnu::used]] void run() {
  fill();
  elementwise();
  products();
  for (int k = 0; k < count; ++k)
    results.sorted[k] = static_cast<u32>(draw());
  sort(results.sorted, results.sorted + count);
  dispatch();
  sums();
  register long number asm("a7") = 64;
  register long file asm("a0") = 1;
  register void *from asm("a1") = &results;
  register long bytes asm("a2") = sizeof results;
  asm volatile("ecall"
               : "+r"(file)
               : "r"(number), "r"(from), "r"(bytes)
               : "memory");
  number = 93;
  file = 0;
  asm volatile("ecall" : : "r"(number), "r"(file));
  __builtin_unreachable();
}

extern "C" [[gnu::naked, noreturn]] void _start() { asm("j run"); }
