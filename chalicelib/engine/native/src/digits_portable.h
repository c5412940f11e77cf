/* Digits without special instructions: see digits.h. */

#ifndef CSVSUM_DIGITS_PORTABLE_H
#define CSVSUM_DIGITS_PORTABLE_H

/* The offset of the first point in n bytes; n or more if there is none. */
INLINE i64 find_point(const u8 *at, i64 n, u8 mark) {
    for (i64 i = 0; i < n; i += 8) {
        const u64 found = equal_bytes(load8(at + i), EACH_BYTE((u64)mark));
        if (found) return i + (__builtin_ctzll(found) >> 3);
    }
    return n;
}

/* As digits_avx2.h has it, but for a point at the very start or end, which is refused. */
INLINE int read_plain(const u8 *at, i64 n, u8 mark, u64 *digits, i64 *scale, u64 *point) {
    const i64 before = find_point(at, n, mark);
    u64 bad = 0;
    *point = before < n;
    *scale = *point ? n - before - 1 : 0;
    if (UNLIKELY(*point ? before == 0 || *scale == 0 : n > PLAIN_DIGITS)) return 0;
    *digits = digits_at(at, *point ? before : n, &bad);
    if (*point) *digits = *digits * TEN[*scale] + digits_at(at + before + 1, *scale, &bad);
    return !bad;
}

/* As digits_avx2.h has it. */
INLINE int read_integer(const u8 *at, i64 n, u64 commas, u64 *digits) {
    const i64 first = n & 3;
    u64 bad = 0;
    *digits = digits_at(at, commas ? first + !first : n, &bad);
    if (commas && (!first || n - first != 4 * __builtin_popcountll(commas))) return 0;
    for (i64 i = first; commas; i += 4, commas &= commas - 1) {
        if (!(commas >> i & 1)) return 0;
        *digits = *digits * 1000 + digits_at(at + i + 1, 3, &bad);
    }
    return !bad;
}

INLINE u64 places_of(const u8 *at, i64 n, u8 byte) {
    u64 places = 0;
    for (i64 i = 0; i < n; i++) places |= (u64)(at[i] == byte) << i;
    return places;
}

#endif
