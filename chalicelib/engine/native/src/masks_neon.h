/* Masks with NEON, for arm64: see masks.h.
 *
 * When changing it: run tests/arm64, which compiles it and runs it in an emulator.
 */

#ifndef CSVSUM_MASKS_NEON_H
#define CSVSUM_MASKS_NEON_H

#include <arm_neon.h>

typedef struct {
    uint8x16_t a, b, c, d;
} Bytes;

INLINE Bytes load_bytes(const u8 *at) {
    return (Bytes){vld1q_u8(at), vld1q_u8(at + 16), vld1q_u8(at + 32), vld1q_u8(at + 48)};
}

INLINE Bytes equal_to(Bytes bytes, u8 byte) {
    const uint8x16_t wanted = vdupq_n_u8(byte);
    return (Bytes){vceqq_u8(bytes.a, wanted), vceqq_u8(bytes.b, wanted), vceqq_u8(bytes.c, wanted),
                   vceqq_u8(bytes.d, wanted)};
}

INLINE Bytes either(Bytes one, Bytes other) {
    return (Bytes){vorrq_u8(one.a, other.a), vorrq_u8(one.b, other.b), vorrq_u8(one.c, other.c),
                   vorrq_u8(one.d, other.d)};
}

INLINE int is_none(Bytes bytes) {
    return !vmaxvq_u8(vorrq_u8(vorrq_u8(bytes.a, bytes.b), vorrq_u8(bytes.c, bytes.d)));
}

/* Each byte keeps the bit of its place among 8; adding neighbours three times puts the bits of 8
 * bytes into one (simdjson, "arm64/simd.h"). */
INLINE u64 bits_of(Bytes bytes) {
    const uint8x16_t place = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t twos_low = vpaddq_u8(vandq_u8(bytes.a, place), vandq_u8(bytes.b, place));
    const uint8x16_t twos_high = vpaddq_u8(vandq_u8(bytes.c, place), vandq_u8(bytes.d, place));
    const uint8x16_t fours = vpaddq_u8(twos_low, twos_high), eights = vpaddq_u8(fours, fours);
    return vgetq_lane_u64(vreinterpretq_u64_u8(eights), 0);
}

#endif
