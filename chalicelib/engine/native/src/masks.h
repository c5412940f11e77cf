/* Bytes to bit masks: bit i of a mask describes byte i of 64.
 *
 * For each instruction set there is a file that defines Bytes, 64 of them (or, for each, whether it
 * matched), and these functions:
 *   load_bytes   from memory
 *   equal_to     which bytes are equal to one
 *   either       which bytes matched in one or the other
 *   is_none      whether no byte matched
 *   bits_of      which bytes matched, as a mask
 *   prefix_xor   bit i of the result is the parity of bits 0 to i
 *   nth_bit      the n-th lowest set bit, n from 1
 *
 * When changing one: all must return the same for every input. The fuzz campaign compares AVX2 with
 * portable code, tests/arm64 runs NEON in an emulator.
 */

#ifndef CSVSUM_MASKS_H
#define CSVSUM_MASKS_H

#include "shared.h"

#if defined(__AVX2__) && defined(__BMI2__) && defined(__PCLMUL__)
#define WITH_AVX2 1
#include "masks_avx2.h"
#else
#define WITH_AVX2 0
#if defined(__aarch64__)
#include "masks_neon.h"
#else
#include "masks_portable.h"
#endif
#include "bits_portable.h"
#endif

#endif
