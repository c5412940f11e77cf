/* Masks with AVX2, BMI2 and PCLMUL: see masks.h.
 *
 * When changing it: look at the speed with both gcc and clang. They differ by more than half where
 * one of them takes a mask apart or moves a load.
 */

#ifndef CSVSUM_MASKS_AVX2_H
#define CSVSUM_MASKS_AVX2_H

#include <immintrin.h>

INLINE u64 mask_of(__m256i low, __m256i high) {
    u64 mask =
        (u64)(uint32_t)_mm256_movemask_epi8(low) | (u64)(uint32_t)_mm256_movemask_epi8(high) << 32;
    /* Hides where the mask is from: clang 22 would split it into 64 bytes, 5 times slower. */
    __asm__("" : "+r"(mask));
    return mask;
}

INLINE Kinds classify(const u8 *at, u8 delimiter) {
    const __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)at);
    const __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(at + 32));
    const __m256i comma = _mm256_set1_epi8((char)delimiter), feed = _mm256_set1_epi8('\n');
    const __m256i quote = _mm256_set1_epi8('"'), back = _mm256_set1_epi8('\r');
    const __m256i low_end = _mm256_cmpeq_epi8(low, feed), high_end = _mm256_cmpeq_epi8(high, feed);
    const __m256i low_quote = _mm256_cmpeq_epi8(low, quote);
    const __m256i high_quote = _mm256_cmpeq_epi8(high, quote);
    const __m256i low_back = _mm256_cmpeq_epi8(low, back);
    const __m256i high_back = _mm256_cmpeq_epi8(high, back);
    Kinds kinds = {0, mask_of(low_end, high_end), 0, 0};
    kinds.separators = mask_of(_mm256_or_si256(low_end, _mm256_cmpeq_epi8(low, comma)),
                               _mm256_or_si256(high_end, _mm256_cmpeq_epi8(high, comma)));
    /* One test shows that there is neither quote nor CR, as in most words of most files. */
    const __m256i rare = _mm256_or_si256(_mm256_or_si256(low_quote, high_quote),
                                         _mm256_or_si256(low_back, high_back));
    if (!_mm256_testz_si256(rare, rare)) {
        kinds.quotes = mask_of(low_quote, high_quote);
        kinds.returns = mask_of(low_back, high_back);
    }
    return kinds;
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
