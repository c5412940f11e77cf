/* Up to 18 digits, with or without a point, to an integer.
 *
 * Each instruction set has a file that defines read_plain. When changing one: read_plain may refuse
 * what another one reads, since add_number reads everything; what both read must be equal. It reads
 * from PLAIN_BEFORE bytes before the end of a number to PLAIN_AFTER - 1 after its start, so its
 * callers have to see to it that these are readable.
 */

#ifndef CSVSUM_DIGITS_H
#define CSVSUM_DIGITS_H

#include "masks.h"
#include "words.h"

/* 18 digits fit 64 bits with a sign. */
enum { PLAIN_DIGITS = 18, PLAIN_BEFORE = 33, PLAIN_AFTER = 32 };

#if WITH_AVX2
#include "digits_avx2.h"
#else
#include "digits_portable.h"
#endif

/* Read the n bytes at ``at``, at most so many, as read_plain does, but with marks of thousands
 * before the decimal mark; false for some that are numbers, too. */
enum { GROUPED_BYTES = 23 };

INLINE int read_grouped(const u8 *at, i64 n, u8 mark, u8 comma, u64 *digits, i64 *scale,
                        u64 *point) {
    const u64 points = places_of(at, n, mark), commas = places_of(at, n, comma);
    const i64 before = points ? __builtin_ctzll(points) : n;
    u64 bad = 0, after = 0;
    *point = points != 0;
    *scale = n - before - (i64)*point;
    if (UNLIKELY(before < 1 || before > 16 || *scale > 8 || commas >> before)) return 0;
    if (UNLIKELY(!read_integer(at, before, commas, digits))) return 0;
    if (UNLIKELY(before - __builtin_popcountll(commas) + *scale > PLAIN_DIGITS)) return 0;
    if (*scale) after = digits_at(at + before + 1, *scale, &bad);
    *digits = *digits * TEN[*scale] + after;
    return !bad;
}

#endif
