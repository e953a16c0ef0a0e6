//===- minimax.h - Polynomials of elementary functions ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Coefficients for f32, the constant term first: minimax fits (Remez exchange,
// 50 digits) made for this file. Who evaluates them in which order is up to the
// code generators that share them.
//
//===----------------------------------------------------------------------===//
#pragma once

namespace landfall::minimax {

/// ln 2 in two parts; the first has 12 trailing zero bits, so that small whole
/// multiples of it are exact.
inline constexpr double ln2_high = 0x1.62ep-1;
inline constexpr double ln2_low = 0x1.0bfbe8e7bcd5ep-15;
inline constexpr double log2_e = 1.4426950408889634;

/// exp(r), |r| <= ln(2) / 2.
inline constexpr double exp[] = {1,
                                 1,
                                 0.500000009567406773,
                                 0.16666518309319821,
                                 0.0416662042340364308,
                                 0.00836895325491808204,
                                 0.00139505962290979086};
/// (log(1 + f) - f + f^2 / 2) / f^3, 1 + f in [sqrt(1/2), sqrt(2)].
inline constexpr double log[] = {0.333333167284804543, -0.250008089548465405,
                                 0.200022859922202367, -0.166245973096433891,
                                 0.141812147345355921, -0.131283970592935528,
                                 0.128813965643959061, -0.0786021045248925002};
/// (tanh(x) - x) / x^3 in x^2, |x| < tanh_limit.
inline constexpr double tanh_limit = 0.625;
inline constexpr double tanh[] = {-0.333332840397315578, 0.133314936601921834,
                                  -0.053743661397287832, 0.0206510460125611368,
                                  -0.00571749867769378664};
/// erf(x) / x - 1 in x^2, |x| < 1.
inline constexpr double erf[] = {
    0.1283791659138382,      -0.376126271365806479,  0.112836001829234603,
    -0.026854444857453566,   0.00518953581901718006, -0.000802084528337955177,
    0.0000788913208972655754};
/// log(1 - erf(x)), 1 <= x <= 4.
inline constexpr double log_erfc[] = {
    -0.000256452356187254988, -1.12742605614556093,  -0.637600094002919561,
    -0.103566838832194293,    0.0220519691736743637, -0.00299953286214286795,
    0.000191503251621979666};

} // namespace landfall::minimax
