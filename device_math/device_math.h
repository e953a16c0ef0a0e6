//===- device_math.h - Elementary functions on the device -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// C99's functions on doubles for a machine without a C library: what compiled
// kernels reach through NativeServices. Special values are C99's;
// largest errors over random and edge arguments (device_math_test.cpp measures
// them) are below 1 unit in the last place, fmod is exact. No state, no traps,
// no memory but the stack: callable on any core at any time.
//
//===----------------------------------------------------------------------===//
#pragma once

namespace landfall::device_math {

double exp(double x);
double log(double x);
double sin(double x);
double cos(double x);
double tan(double x);
double asin(double x);
double acos(double x);
double atan(double x);
double sinh(double x);
double cosh(double x);
double tanh(double x);
double asinh(double x);
double acosh(double x);
double atanh(double x);
double erf(double x);
double log1p(double x);
double pow(double x, double y);
double fmod(double x, double y);

} // namespace landfall::device_math
