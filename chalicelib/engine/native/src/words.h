/* Eight bytes at a time as one 64-bit word, for code that needs no special instructions. */

#ifndef CSVSUM_WORDS_H
#define CSVSUM_WORDS_H

#include "shared.h"

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

#endif
