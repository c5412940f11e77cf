/* Digits with AVX2: see digits.h. */

#ifndef CSVSUM_DIGITS_AVX2_H
#define CSVSUM_DIGITS_AVX2_H

/* 32 bytes from LAST_BYTES + n on have their last n set. */
static const u64 LAST_WORDS[8] = {0, 0, 0, 0, ~0ull, ~0ull, ~0ull, ~0ull};
#define LAST_BYTES ((const u8 *)LAST_WORDS)

INLINE __m256i load32(const u8 *at) {
    return _mm256_loadu_si256((const __m256i *)(const void *)at);
}

/* The number of 18 values from 0 to 9, the last 18 of 32 bytes. Pairs, fours and eights are joined
 * (Mula, "Parsing decimal numbers, part 2: SSE", 0x80.pl, 2014). */
INLINE u64 join18(__m256i values) {
    const __m256i pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi16(0x010a)); /* weigh 10, 1 */
    const __m256i fours = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00010064)); /* 100, 1 */
    const __m256i eights = _mm256_madd_epi16(_mm256_packus_epi32(fours, fours),
                                             _mm256_set1_epi32(0x00012710)); /* 10^4, 1 */
    const u64 high = (u64)_mm_cvtsi128_si64(_mm256_castsi256_si128(eights));
    const u64 low = (u64)_mm_cvtsi128_si64(_mm256_extracti128_si256(eights, 1));
    return ((high >> 32) * TEN[8] + (low & 0xffffffff)) * TEN[8] + (low >> 32);
}

/* Read the n bytes at ``at`` (1 to 19) as digits with at most one point, ``mark``, among them;
 * false if they are anything else. The 32 bytes that end with the number are loaded twice, one byte
 * apart: one load gives the digits after the point, the other those before it, which so move up by
 * one and close the gap. */
INLINE int read_plain(const u8 *at, i64 n, u8 mark, u64 *digits, i64 *scale, u64 *point) {
    const __m256i after = load32(at + n - 32), before = load32(at + n - 33);
    const __m256i is_point = _mm256_cmpeq_epi8(after, _mm256_set1_epi8((char)mark));
    const u64 points = (u64)(uint32_t)_mm256_movemask_epi8(is_point) >> (32 - n);
    *point = points != 0;
    *scale = points ? n - 1 - __builtin_ctzll(points) : 0;
    const __m256i is_after = load32(LAST_BYTES + (points ? *scale : n));
    const __m256i taken = _mm256_blendv_epi8(before, after, is_after);
    const i64 count = n - (i64)*point;
    const __m256i values = _mm256_and_si256(_mm256_xor_si256(taken, _mm256_set1_epi8('0')),
                                            load32(LAST_BYTES + count));
    const __m256i above_nine = _mm256_subs_epu8(values, _mm256_set1_epi8(9));
    const int is_plain =
        count > 0 && count <= PLAIN_DIGITS && _mm256_testz_si256(above_nine, above_nine);
    if (UNLIKELY(!is_plain)) return 0;
    *digits = join18(values);
    return 1;
}

INLINE __m128i load16(const u8 *at) { return _mm_loadu_si128((const __m128i *)(const void *)at); }

/* The number of 16 values from 0 to 9. */
INLINE u64 join16(__m128i values) {
    const __m128i pairs = _mm_maddubs_epi16(values, _mm_set1_epi16(0x010a));
    const __m128i fours = _mm_madd_epi16(pairs, _mm_set1_epi32(0x00010064));
    const __m128i eights =
        _mm_madd_epi16(_mm_packus_epi32(fours, fours), _mm_set1_epi32(0x00012710));
    const u64 both = (u64)_mm_cvtsi128_si64(eights);
    return (both & 0xffffffff) * TEN[8] + (both >> 32);
}

/* Read the n bytes at ``at``, an integer of at most 16 bytes: digits, or groups of three digits
 * with marks of thousands between them, which a shuffle drops. ``commas`` are the marks. False if
 * it is anything else. */
INLINE int read_integer(const u8 *at, i64 n, u64 commas, u64 *digits) {
    static const u8 AS_THEY_ARE[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    static const u8 WITHOUT_FOURTHS[16] = {0, 0, 0, 0, 1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15};
    const u64 expected = (0x1111111111111111ull << (n & 3)) & ((1ull << n) - 1);
    const i64 count = n - __builtin_popcountll(commas);
    const __m128i order = load16(commas ? WITHOUT_FOURTHS : AS_THEY_ARE);
    const __m128i taken = _mm_shuffle_epi8(load16(at + n - 16), order);
    const __m128i values =
        _mm_and_si128(_mm_xor_si128(taken, _mm_set1_epi8('0')), load16(LAST_BYTES + 16 + count));
    const __m128i above_nine = _mm_subs_epu8(values, _mm_set1_epi8(9));
    if (UNLIKELY(commas && (commas != expected || !(n & 3)))) return 0;
    if (UNLIKELY(!_mm_testz_si128(above_nine, above_nine))) return 0;
    *digits = join16(values);
    return 1;
}

/* Which of the n bytes at ``at``, at most 32, are equal to one: bit i is for byte i. */
INLINE u64 places_of(const u8 *at, i64 n, u8 byte) {
    const __m256i found = _mm256_cmpeq_epi8(load32(at + n - 32), _mm256_set1_epi8((char)byte));
    return (u64)(uint32_t)_mm256_movemask_epi8(found) >> (32 - n);
}

#endif
