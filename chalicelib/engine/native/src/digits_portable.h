/* Digits without special instructions: see digits.h. */

#ifndef CSVSUM_DIGITS_PORTABLE_H
#define CSVSUM_DIGITS_PORTABLE_H

#include "words.h"

/* Eight bytes, each 0 to 9, the first the most significant, to a number: neighbours are joined to
 * pairs, pairs to fours, fours to eight (Johnny Lee, "Fast numeric string to int"; Lemire, "Quickly
 * parsing eight digits", 2018). */
INLINE u64 join8(u64 digits) {
    const u64 mask = 0x000000ff000000ffull;
    digits = digits * 10 + (digits >> 8);
    return ((digits & mask) * 0x000f424000000064ull + (digits >> 16 & mask) * 0x0000271000000001ull)
           >> 32;
}

/* The number that n digits at ``at`` are (n from 1); ``bad`` gets bits where a byte is not a digit.
 * Reads 8 bytes at a time, up to 7 of them after the digits. */
INLINE u64 digits_at(const u8 *at, i64 n, u64 *bad) {
    u64 number = 0;
    for (;; at += 8, n -= 8) {
        const i64 here = n < 8 ? n : 8;
        /* Shifted up, the digits get zeros in front of them. */
        const u64 digits = (load8(at) ^ EACH_BYTE('0')) << (64 - 8 * here);
        *bad |= (digits + EACH_BYTE(0x76)) | digits; /* the top bit, for more than 9 */
        number = number * TEN[here] + join8(digits);
        if (n <= 8) return number;
    }
}

/* The offset of the first point in n bytes; n or more if there is none. */
INLINE i64 find_point(const u8 *at, i64 n) {
    for (i64 i = 0; i < n; i += 8) {
        const u64 found = equal_bytes(load8(at + i), EACH_BYTE('.'));
        if (found) return i + (__builtin_ctzll(found) >> 3);
    }
    return n;
}

/* As digits_avx2.h has it, but for a point at the very start or end, which is refused. */
INLINE int read_plain(const u8 *at, i64 n, u64 *digits, i64 *scale, u64 *point) {
    const i64 before = find_point(at, n);
    u64 bad = 0;
    *point = before < n;
    *scale = *point ? n - before - 1 : 0;
    if (UNLIKELY(*point ? before == 0 || *scale == 0 : n > PLAIN_DIGITS)) return 0;
    *digits = digits_at(at, *point ? before : n, &bad);
    if (*point) *digits = *digits * TEN[*scale] + digits_at(at + before + 1, *scale, &bad);
    return !(bad & EACH_BYTE(0x80));
}

#endif
