/* Masks for any little-endian processor of 64 bits: see masks.h. */

#ifndef CSVSUM_MASKS_PORTABLE_H
#define CSVSUM_MASKS_PORTABLE_H

#include "words.h"

typedef struct {
    u64 words[8]; /* of a byte that matched the top bit is set, else no bit is */
} Bytes;

INLINE Bytes load_bytes(const u8 *at) {
    Bytes bytes;
    memcpy(bytes.words, at, 64);
    return bytes;
}

INLINE Bytes equal_to(Bytes bytes, u8 byte) {
    for (int i = 0; i < 8; i++) bytes.words[i] = equal_bytes(bytes.words[i], EACH_BYTE(byte));
    return bytes;
}

INLINE Bytes either(Bytes one, Bytes other) {
    for (int i = 0; i < 8; i++) one.words[i] |= other.words[i];
    return one;
}

INLINE int is_none(Bytes bytes) {
    u64 all = 0;
    for (int i = 0; i < 8; i++) all |= bytes.words[i];
    return !all;
}

/* The product moves bit 8i of a word to bit 56 + i. */
INLINE u64 bits_of(Bytes bytes) {
    u64 mask = 0;
    for (int i = 0; i < 8; i++)
        mask |= ((bytes.words[i] >> 7) * 0x0102040810204080ull) >> 56 << (8 * i);
    return mask;
}

#endif
