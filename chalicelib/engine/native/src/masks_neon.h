/* Masks with NEON, for arm64: see masks.h.
 *
 * When changing it: run tests/arm64, which compiles it and runs it in an emulator.
 */

#ifndef CSVSUM_MASKS_NEON_H
#define CSVSUM_MASKS_NEON_H

#include <arm_neon.h>

/* Each byte keeps the bit of its place among 8; adding neighbours three times puts the bits of 8
 * bytes into one (simdjson, "arm64/simd.h"). */
INLINE u64 mask_of(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d) {
    const uint8x16_t place = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t twos_low = vpaddq_u8(vandq_u8(a, place), vandq_u8(b, place));
    const uint8x16_t twos_high = vpaddq_u8(vandq_u8(c, place), vandq_u8(d, place));
    const uint8x16_t fours = vpaddq_u8(twos_low, twos_high), eights = vpaddq_u8(fours, fours);
    return vgetq_lane_u64(vreinterpretq_u64_u8(eights), 0);
}

/* The mask of the bytes that are equal to ``byte``. */
INLINE u64 mask_of_byte(const uint8x16_t *bytes, u8 byte) {
    const uint8x16_t wanted = vdupq_n_u8(byte);
    return mask_of(vceqq_u8(bytes[0], wanted), vceqq_u8(bytes[1], wanted),
                   vceqq_u8(bytes[2], wanted), vceqq_u8(bytes[3], wanted));
}

/* All ones in the bytes that are a quote or a CR. */
INLINE uint8x16_t rare_bytes(uint8x16_t bytes) {
    return vorrq_u8(vceqq_u8(bytes, vdupq_n_u8('"')), vceqq_u8(bytes, vdupq_n_u8('\r')));
}

INLINE Kinds classify(const u8 *at, u8 delimiter) {
    const uint8x16_t bytes[4] = {vld1q_u8(at), vld1q_u8(at + 16), vld1q_u8(at + 32),
                                 vld1q_u8(at + 48)};
    Kinds kinds = {0, mask_of_byte(bytes, '\n'), 0, 0};
    kinds.separators = kinds.ends | mask_of_byte(bytes, delimiter);
    /* One test shows that there is neither quote nor CR, as in most words of most files. */
    const uint8x16_t rare = vorrq_u8(vorrq_u8(rare_bytes(bytes[0]), rare_bytes(bytes[1])),
                                     vorrq_u8(rare_bytes(bytes[2]), rare_bytes(bytes[3])));
    if (vmaxvq_u8(rare)) {
        kinds.quotes = mask_of_byte(bytes, '"');
        kinds.returns = mask_of_byte(bytes, '\r');
    }
    return kinds;
}

#endif
