//===- device_math.h - Elementary functions on the device -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// C99's math functions on doubles for machines without a C library; compiled
// kernels call them through NativeServices. Special values are as in C99.
// Errors are below 1 ulp over random and edge arguments (device_math_test.cpp
// measures them); fmod is exact. No state, traps or heap: callable on any core
// at any time.
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
