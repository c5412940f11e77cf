/* Eight bytes at a time as one 64-bit word: code that needs no special instructions. */

#ifndef CSVSUM_WORDS_H
#define CSVSUM_WORDS_H

#include "shared.h"

/* Powers of ten. As doubles all of these are exact. */
static const u64 TEN[20] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,
                            1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19};

#define EACH_BYTE(value) (0x0101010101010101ull * (value))

INLINE u64 load8(const u8 *at) {
    u64 word;
    memcpy(&word, at, 8);
    return word;
}

/* 0x80 in each byte of word that is equal to the one in pattern. Exact for every byte, unlike the
 * shorter form, since no carry leaves a byte ("Bit Twiddling Hacks" by Sean Anderson,
 * graphics.stanford.edu/~seander/bithacks.html, "Determine if a word has a zero byte"). */
INLINE u64 equal_bytes(u64 word, u64 pattern) {
    const u64 zero_if_equal = word ^ pattern, low = EACH_BYTE(0x7f);
    return ~(((zero_if_equal & low) + low) | zero_if_equal | low);
}

/* 0x80 in the first byte that is more than 9, and in some of the others. */
INLINE u64 above_nine(u64 word) { return ((word + EACH_BYTE(0x76)) | word) & EACH_BYTE(0x80); }

/* Eight bytes, each 0 to 9, the first the most significant, to a number: neighbours are joined to
 * pairs, pairs to fours, fours to eight (Johnny Lee, "Fast numeric string to int"; Lemire, "Quickly
 * parsing eight digits", 2018). */
INLINE u64 join8(u64 digits) {
    const u64 mask = 0x000000ff000000ffull;
    digits = digits * 10 + (digits >> 8);
    return ((digits & mask) * 0x000f424000000064ull + (digits >> 16 & mask) * 0x0000271000000001ull)
           >> 32;
}

/* The number that n digits at ``at`` are (n from 1); ``bad`` gets bits if a byte is not a digit.
 * Reads 8 bytes at a time, up to 7 of them after the digits. */
INLINE u64 digits_at(const u8 *at, i64 n, u64 *bad) {
    u64 number = 0;
    for (;; at += 8, n -= 8) {
        const i64 here = n < 8 ? n : 8;
        /* Shifted up, the digits get zeros in front of them. */
        const u64 digits = (load8(at) ^ EACH_BYTE('0')) << (64 - 8 * here);
        *bad |= above_nine(digits);
        number = number * TEN[here] + join8(digits);
        if (n <= 8) return number;
    }
}

#endif
