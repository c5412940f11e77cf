/* Masks for any little-endian processor of 64 bits: see masks.h. */

#ifndef CSVSUM_MASKS_PORTABLE_H
#define CSVSUM_MASKS_PORTABLE_H

#include "words.h"

/* The top bits of 8 bytes, side by side: the product moves bit 8i to bit 56 + i. */
INLINE u64 gather(u64 flags) { return ((flags >> 7) * 0x0102040810204080ull) >> 56; }

INLINE Kinds classify(const u8 *at, u8 delimiter) {
    Kinds kinds = {0, 0, 0, 0};
    for (unsigned i = 0; i < 64; i += 8) {
        const u64 word = load8(at + i), feed = equal_bytes(word, EACH_BYTE('\n'));
        const u64 quote = equal_bytes(word, EACH_BYTE('"'));
        const u64 back = equal_bytes(word, EACH_BYTE('\r'));
        kinds.separators |= gather(feed | equal_bytes(word, EACH_BYTE(delimiter))) << i;
        kinds.ends |= gather(feed) << i;
        if (UNLIKELY(quote | back)) {
            kinds.quotes |= gather(quote) << i;
            kinds.returns |= gather(back) << i;
        }
    }
    return kinds;
}

#endif
