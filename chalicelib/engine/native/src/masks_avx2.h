/* Masks with AVX2, BMI2 and PCLMUL: see masks.h.
 *
 * When changing it: look at the speed with both gcc and clang. They differ by more than half where
 * one of them takes a mask apart or moves a load.
 */

#ifndef CSVSUM_MASKS_AVX2_H
#define CSVSUM_MASKS_AVX2_H

#include <immintrin.h>

typedef struct {
    __m256i low, high;
} Bytes;

INLINE Bytes load_bytes(const u8 *at) {
    return (Bytes){_mm256_loadu_si256((const __m256i *)(const void *)at),
                   _mm256_loadu_si256((const __m256i *)(const void *)(at + 32))};
}

INLINE Bytes equal_to(Bytes bytes, u8 byte) {
    const __m256i wanted = _mm256_set1_epi8((char)byte);
    return (Bytes){_mm256_cmpeq_epi8(bytes.low, wanted), _mm256_cmpeq_epi8(bytes.high, wanted)};
}

INLINE Bytes either(Bytes one, Bytes other) {
    return (Bytes){_mm256_or_si256(one.low, other.low), _mm256_or_si256(one.high, other.high)};
}

INLINE int is_none(Bytes bytes) {
    const __m256i both = _mm256_or_si256(bytes.low, bytes.high);
    return _mm256_testz_si256(both, both);
}

INLINE u64 bits_of(Bytes bytes) {
    u64 mask = (u64)(uint32_t)_mm256_movemask_epi8(bytes.low)
               | (u64)(uint32_t)_mm256_movemask_epi8(bytes.high) << 32;
    /* Hides where the mask is from: clang 22 would split it into 64 bytes, 5 times slower. */
    __asm__("" : "+r"(mask));
    return mask;
}

/* A carry-less product with all ones (Langdale and Lemire, "Parsing Gigabytes of JSON per Second",
 * VLDB Journal 28, 2019, section 3.1.1). */
INLINE u64 prefix_xor(u64 bits) {
    const __m128i ones = _mm_set1_epi8((char)0xff);
    return (u64)_mm_cvtsi128_si64(_mm_clmulepi64_si128(_mm_set_epi64x(0, (i64)bits), ones, 0));
}

/* Deposit a single bit into the places of the set ones (Pandey, Bender, Johnson, "A Fast x86
 * Implementation of Select", 2017). */
INLINE u64 nth_bit(u64 bits, i64 n) { return _pdep_u64(1ull << (n - 1), bits); }

#endif
