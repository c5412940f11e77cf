/* The native kernel: rows of a CSV to exact sums, in one pass over the bytes.
 *
 * What a row, a field and a number is, is defined by chalicelib/engine/rows.py and chalicelib/engine/sums.py; this file does the
 * common cases fast and leaves the rest to them. Every row is either added whole or refused whole. A cell that this
 * file cannot decide is listed for its caller; a row that it refuses is one that the caller will find a fault in.
 *
 * How it goes:
 *   1. 64 bytes at a time become bit masks: separators (delimiters and row ends) outside quotes, and row ends alone.
 *   2. Counting bits finds the fields that are summed without looking at the others. Each separator that is passed
 *      must not be a row end, but the last one must: so a row with too few or too many fields is noticed at no cost.
 *   3. When some whole rows are found, each wanted cell becomes an integer (the digits without the point) and is added
 *      to the column's sum for its scale (the number of digits behind the point). Integers are exact.
 *
 * The file is compiled twice for x86-64, see build.py: once for any such processor and once with AVX2, BMI2 and
 * PCLMUL. The forms differ in four functions: classify, prefix_xor, nth_bit, read_plain; for arm64 classify alone is
 * special. It needs a little-endian processor of 64 bits, and gcc's or clang's builtins. It holds no state between
 * calls, allocates nothing, and reads no byte outside data[0, size).
 *
 * Names of tricks: "Bit Twiddling Hacks" is Sean Anderson's page (graphics.stanford.edu/~seander/bithacks.html),
 * "simdjson" is Langdale and Lemire, "Parsing Gigabytes of JSON per Second", VLDB Journal 28 (2019).
 */

#include <stdint.h>
#include <string.h>

#if defined(__AVX2__) && defined(__BMI2__) && defined(__PCLMUL__)
#define WITH_AVX2 1
#include <immintrin.h>
#else
#define WITH_AVX2 0
#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif
#endif

#ifndef CSVSUM_ROWS
#define CSVSUM_ROWS csvsum_rows
#endif

#define INLINE static inline __attribute__((always_inline))
#define APART static __attribute__((noinline)) /* rare enough to be kept out of the hot loop */
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "bytes are read as little-endian words"
#endif

typedef uint8_t u8;
typedef uint64_t u64;
typedef int64_t i64;
typedef __int128 i128;
typedef unsigned __int128 u128;

/* ---- What the caller and this file share: chalicelib/engine/native/binding.py has the same structures. ---- */

/* A sum takes 10^10 numbers of MAX_DIGITS digits before it leaves 127 bits; the caller empties the sums sooner. */
enum { SCALES = 32, MAX_DIGITS = 28 };

/* A signed integer of 128 bits, in halves, so that the structure needs no alignment above 8. */
typedef struct {
    u64 low, high;
} Sum;

/* How many cells of a column were missing, skipped as no number, and listed for the caller. */
typedef struct {
    i64 missing, skipped, listed;
} Column;

typedef struct {
    i64 start, end; /* offsets in the data */
} Cell;

/* A cell that the caller has to decide: the number of its column among the wanted ones, and where it is. */
typedef struct {
    i64 column, start, end;
} Odd;

typedef struct {
    i64 fields, first, step, wanted; /* the fields of a row; first, first + step, ...: as many as wanted */
    i64 delimiter, skip, max_row_bytes;
    const u64 *marks; /* texts that mean "missing", of 1 to 8 bytes, each as a little-endian number */
    i64 mark_count;
    Sum *sums;       /* SCALES times wanted, those of a scale side by side; to be divided by 10^scale */
    u8 *points;      /* for each column, whether a value had a point or an exponent */
    Column *columns; /* wanted of them */
    Cell *cells;     /* room for cell_room, at least wanted */
    i64 cell_room;
    Odd *odd; /* room for odd_room, at least cell_room */
    i64 odd_room;
    i64 odd_count, rows, lines, last_row; /* out: listed cells; rows and line feeds added; where the last row began */
} Job;

/* Why the rows end where they do. */
enum { DONE, LIST_IS_FULL, ROW_IS_REFUSED, ROW_IS_INCOMPLETE };

/* ---- Bytes to bit masks. Bit i of a mask speaks of byte i of 64. ---- */

typedef struct {
    u64 separators, ends, quotes, returns; /* delimiters and line feeds; line feeds; quotes; carriage returns */
} Kinds;

#if WITH_AVX2

INLINE u64 mask_of(__m256i low, __m256i high) {
    u64 mask = (u64)(uint32_t)_mm256_movemask_epi8(low) | (u64)(uint32_t)_mm256_movemask_epi8(high) << 32;
    __asm__("" : "+r"(mask)); /* hides where the mask is from: clang 22 would take it apart into 64 bytes, 5 times slower */
    return mask;
}

INLINE Kinds classify(const u8 *at, u8 delimiter) {
    const __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)at);
    const __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(at + 32));
    const __m256i comma = _mm256_set1_epi8((char)delimiter), feed = _mm256_set1_epi8('\n');
    const __m256i quote = _mm256_set1_epi8('"'), back = _mm256_set1_epi8('\r');
    const __m256i low_end = _mm256_cmpeq_epi8(low, feed), high_end = _mm256_cmpeq_epi8(high, feed);
    const __m256i low_quote = _mm256_cmpeq_epi8(low, quote), high_quote = _mm256_cmpeq_epi8(high, quote);
    const __m256i low_back = _mm256_cmpeq_epi8(low, back), high_back = _mm256_cmpeq_epi8(high, back);
    Kinds kinds = {0, mask_of(low_end, high_end), 0, 0};
    kinds.separators = mask_of(_mm256_or_si256(low_end, _mm256_cmpeq_epi8(low, comma)),
                               _mm256_or_si256(high_end, _mm256_cmpeq_epi8(high, comma)));
    /* One look tells that there is neither quote nor carriage return, as in most words of most files. */
    const __m256i rare = _mm256_or_si256(_mm256_or_si256(low_quote, high_quote), _mm256_or_si256(low_back, high_back));
    if (!_mm256_testz_si256(rare, rare)) {
        kinds.quotes = mask_of(low_quote, high_quote);
        kinds.returns = mask_of(low_back, high_back);
    }
    return kinds;
}

/* Bit i of the result is the parity of bits 0..i: a carry-less product with all ones (simdjson, section 3.1.1). */
INLINE u64 prefix_xor(u64 bits) {
    const __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, (i64)bits), _mm_set1_epi8((char)0xff), 0);
    return (u64)_mm_cvtsi128_si64(product);
}

/* The n-th lowest set bit of bits (n from 1): deposit a single bit into the places of the set ones (Pandey, Bender,
 * Johnson, "A Fast x86 Implementation of Select", 2017). */
INLINE u64 nth_bit(u64 bits, i64 n) { return _pdep_u64(1ull << (n - 1), bits); }

#else

#define EACH_BYTE(value) (0x0101010101010101ull * (value))

INLINE u64 load8(const u8 *at) {
    u64 word;
    memcpy(&word, at, 8);
    return word;
}

/* 0x80 in each byte of word that is equal to the one in pattern. Exact for every byte, unlike the shorter form, since
 * no carry leaves a byte (Bit Twiddling Hacks, "Determine if a word has a zero byte"). */
INLINE u64 equal_bytes(u64 word, u64 pattern) {
    const u64 zero_if_equal = word ^ pattern, low = EACH_BYTE(0x7f);
    return ~(((zero_if_equal & low) + low) | zero_if_equal | low);
}

#if defined(__aarch64__)

/* Each byte keeps the bit of its place among 8; adding neighbours three times puts 8 bytes' bits into one (simdjson). */
INLINE u64 mask_of(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d) {
    const uint8x16_t place = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t twos_low = vpaddq_u8(vandq_u8(a, place), vandq_u8(b, place));
    const uint8x16_t twos_high = vpaddq_u8(vandq_u8(c, place), vandq_u8(d, place));
    const uint8x16_t fours = vpaddq_u8(twos_low, twos_high), eights = vpaddq_u8(fours, fours);
    return vgetq_lane_u64(vreinterpretq_u64_u8(eights), 0);
}

INLINE Kinds classify(const u8 *at, u8 delimiter) {
    const uint8x16_t a = vld1q_u8(at), b = vld1q_u8(at + 16), c = vld1q_u8(at + 32), d = vld1q_u8(at + 48);
    const uint8x16_t comma = vdupq_n_u8(delimiter), feed = vdupq_n_u8('\n');
    const uint8x16_t quote = vdupq_n_u8('"'), back = vdupq_n_u8('\r');
    const uint8x16_t a_end = vceqq_u8(a, feed), b_end = vceqq_u8(b, feed);
    const uint8x16_t c_end = vceqq_u8(c, feed), d_end = vceqq_u8(d, feed);
    const uint8x16_t a_quote = vceqq_u8(a, quote), b_quote = vceqq_u8(b, quote);
    const uint8x16_t c_quote = vceqq_u8(c, quote), d_quote = vceqq_u8(d, quote);
    const uint8x16_t a_back = vceqq_u8(a, back), b_back = vceqq_u8(b, back);
    const uint8x16_t c_back = vceqq_u8(c, back), d_back = vceqq_u8(d, back);
    Kinds kinds = {0, mask_of(a_end, b_end, c_end, d_end), 0, 0};
    kinds.separators = kinds.ends
        | mask_of(vceqq_u8(a, comma), vceqq_u8(b, comma), vceqq_u8(c, comma), vceqq_u8(d, comma));
    const uint8x16_t rare_low = vorrq_u8(vorrq_u8(a_quote, b_quote), vorrq_u8(a_back, b_back));
    const uint8x16_t rare_high = vorrq_u8(vorrq_u8(c_quote, d_quote), vorrq_u8(c_back, d_back));
    if (vmaxvq_u8(vorrq_u8(rare_low, rare_high))) {
        kinds.quotes = mask_of(a_quote, b_quote, c_quote, d_quote);
        kinds.returns = mask_of(a_back, b_back, c_back, d_back);
    }
    return kinds;
}

#else

/* The top bits of 8 bytes, side by side: the product moves bit 8i to bit 56 + i. */
INLINE u64 gather(u64 flags) { return ((flags >> 7) * 0x0102040810204080ull) >> 56; }

INLINE Kinds classify(const u8 *at, u8 delimiter) {
    Kinds kinds = {0, 0, 0, 0};
    for (unsigned i = 0; i < 64; i += 8) {
        const u64 word = load8(at + i), feed = equal_bytes(word, EACH_BYTE('\n'));
        const u64 quote = equal_bytes(word, EACH_BYTE('"')), back = equal_bytes(word, EACH_BYTE('\r'));
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

INLINE u64 prefix_xor(u64 bits) {
    for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
    return bits;
}

INLINE u64 nth_bit(u64 bits, i64 n) {
    while (--n) bits &= bits - 1;
    return bits & (~bits + 1);
}

#endif

/* ---- A cursor over the separators of the data. Only inlined code gets its address, so it lives in registers. ---- */

typedef struct {
    const u8 *data;
    i64 size;
    i64 base;             /* the offset of the word at hand */
    u64 separators, ends; /* those of the word that were not passed yet; its row ends */
    u64 quoted;           /* all ones: the next word begins inside quotes */
    u64 fresh;            /* 1: the next word begins at the start of a field, where a quote opens */
    int ended;            /* nothing follows the data, so its end is a row end */
    int feeds_in_quotes;  /* a quoted line feed was seen: there are more of them than row ends */
    int lone_returns;     /* a row end was seen that is a carriage return */
    u8 delimiter;
} Cursor;

/* The quotes that open or close, where not all do: one inside an unquoted field is text. ``starts`` are the bytes at
 * which a field begins; a closing quote is one more, so that "" is a quote that closes and one that opens. */
APART u64 real_quotes(u64 quotes, u64 starts, u64 quoted) {
    u64 real = 0;
    for (; quotes; quotes &= quotes - 1) {
        const u64 quote = quotes & (~quotes + 1);
        if (!(quoted | (starts & quote))) continue;
        real |= quote;
        starts |= quoted ? quote << 1 : 0;
        quoted = !quoted;
    }
    return real;
}

/* A word with quotes or carriage returns in it, or one inside quotes. */
INLINE void take_quoted(Cursor *cursor, Kinds kinds, int feed_follows) {
    const u64 starts = kinds.separators << 1 | cursor->fresh, was_quoted = cursor->quoted;
    u64 quotes = kinds.quotes, inside = prefix_xor(quotes) ^ was_quoted;
    /* The parity is the state as long as each quote that opens is at the start of a field or behind a closing one. */
    if (UNLIKELY(quotes & inside & ~(starts | quotes << 1))) {
        quotes = real_quotes(quotes, starts, was_quoted);
        inside = prefix_xor(quotes) ^ was_quoted;
    }
    const u64 closing = quotes & ~inside;
    const u64 lone = kinds.returns & ~inside & ~(kinds.ends >> 1 | (u64)feed_follows << 63);
    cursor->feeds_in_quotes |= (kinds.ends & inside) != 0;
    cursor->lone_returns |= lone != 0;
    /* A carriage return alone is put among the row ends: whichever way its row is cut then, it is refused. */
    cursor->separators = (kinds.separators & ~inside) | lone;
    cursor->ends = (kinds.ends & ~inside) | lone;
    cursor->quoted = 0 - (inside >> 63);
    cursor->fresh = (cursor->separators | closing) >> 63;
}

/* The last bytes of the data, filled up to a word; false if there are none. A last row without a line feed gets one.
 * A carriage return at the very end is lone if nothing follows, and else no matter yet: it ends no row by itself. */
APART int last_word(const u8 *data, i64 base, i64 size, int ended, u8 *word) {
    const i64 left = size - base;
    if (left < 0 || (left == 0 && !ended)) return 0;
    memset(word, 0, 64);
    memcpy(word, data + base, (size_t)left);
    const int returns = data[size - 1] == '\r';
    if (ended && !returns) word[left] = '\n';
    if (!ended && returns && left > 0) word[left - 1] = 0;
    return 1;
}

INLINE int next_word(Cursor *cursor) {
    u8 copy[64];
    const i64 after = (cursor->base += 64) + 64;
    Kinds kinds;
    if (LIKELY(after <= cursor->size)) {
        kinds = classify(cursor->data + cursor->base, cursor->delimiter);
    } else {
        if (!last_word(cursor->data, cursor->base, cursor->size, cursor->ended, copy)) return 0;
        kinds = classify(copy, cursor->delimiter);
    }
    if (LIKELY(!(kinds.quotes | kinds.returns | cursor->quoted))) {
        cursor->separators = kinds.separators;
        cursor->ends = kinds.ends;
        cursor->fresh = kinds.separators >> 63;
    } else {
        /* What follows is unknown at the end of the data; if it is not a line feed, that will be seen with the rest. */
        take_quoted(cursor, kinds, after < cursor->size ? cursor->data[after] == '\n' : !cursor->ended);
    }
    return 1;
}

/* Pass n separators and give the offset of the last; -ROW_IS_INCOMPLETE when there are fewer, -ROW_IS_REFUSED unless
 * the last one is a row end if ``at_end`` and none of the others is. */
INLINE i64 pass(Cursor *cursor, i64 n, int at_end) {
    for (;;) {
        const i64 here = __builtin_popcountll(cursor->separators);
        if (here >= n) break;
        if (UNLIKELY(cursor->separators & cursor->ends)) return -ROW_IS_REFUSED;
        n -= here;
        if (UNLIKELY(!next_word(cursor))) return -ROW_IS_INCOMPLETE;
    }
    const u64 last = nth_bit(cursor->separators, n), passed = cursor->separators & (last | (last - 1));
    cursor->separators ^= passed;
    if (UNLIKELY((passed & cursor->ends) != (at_end ? last : 0))) return -ROW_IS_REFUSED;
    return cursor->base + __builtin_ctzll(last);
}

/* The same for n = 1, which is half of all. */
INLINE i64 pass_one(Cursor *cursor, int at_end) {
    while (UNLIKELY(!cursor->separators))
        if (UNLIKELY(!next_word(cursor))) return -ROW_IS_INCOMPLETE;
    const i64 place = __builtin_ctzll(cursor->separators);
    cursor->separators &= cursor->separators - 1;
    if (UNLIKELY((int)(cursor->ends >> place & 1) != at_end)) return -ROW_IS_REFUSED;
    return cursor->base + place;
}

/* ---- Cells to numbers. ---- */

static const u64 TEN[20] = {1u, 10u, 100u, 1000u, 10000u, 100000u, 1000000u, 10000000u, 100000000u, 1000000000u,
    10000000000u, 100000000000u, 1000000000000u, 10000000000000u, 100000000000000u, 1000000000000000u,
    10000000000000000u, 100000000000000000u, 1000000000000000000u, 10000000000000000000u};

INLINE void add(const Job *job, i64 number, i128 value, i64 scale, u64 point) {
    Sum *sum = &job->sums[scale * job->wanted + number];
    const u128 total = ((u128)sum->high << 64 | sum->low) + (u128)value;
    sum->low = (u64)total;
    sum->high = (u64)(total >> 64);
    job->points[number] |= (u8)point;
}

/* 18 digits and a point are read at once: 18 digits fit 64 bits with a sign. read_plain reads from 33 bytes before the
 * end of a number to 31 behind its start. */
enum { PLAIN_DIGITS = 18, PLAIN_BEFORE = 33, PLAIN_AFTER = 32 };

#if WITH_AVX2

/* 32 bytes from LAST_BYTES + n on have their last n set. */
static const u64 LAST_WORDS[8] = {0, 0, 0, 0, ~0ull, ~0ull, ~0ull, ~0ull};
#define LAST_BYTES ((const u8 *)LAST_WORDS)

INLINE __m256i load32(const u8 *at) { return _mm256_loadu_si256((const __m256i *)(const void *)at); }

/* The n bytes at ``at`` (1 to 19) as digits with at most one point among them; false if they are anything else. The 32
 * bytes that end with the number are loaded twice, one byte apart: from the one come the digits behind the point, from
 * the other those in front of it, which so move up by one and close the gap. Then pairs, fours and eights are joined
 * (Mula, "Parsing decimal numbers, part 2: SSE", 0x80.pl, 2014). */
INLINE int read_plain(const u8 *at, i64 n, u64 *digits, i64 *scale, u64 *point) {
    const __m256i behind = load32(at + n - 32), before = load32(at + n - 33), nine = _mm256_set1_epi8(9);
    const u64 points = (u64)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(behind, _mm256_set1_epi8('.'))) >> (32 - n);
    *point = points != 0;
    *scale = points ? n - 1 - __builtin_ctzll(points) : 0;
    const __m256i taken = _mm256_blendv_epi8(before, behind, load32(LAST_BYTES + (points ? *scale : n)));
    const i64 count = n - (i64)*point;
    const __m256i values = _mm256_and_si256(_mm256_xor_si256(taken, _mm256_set1_epi8('0')), load32(LAST_BYTES + count));
    const __m256i above_nine = _mm256_subs_epu8(values, nine);
    if (UNLIKELY(count == 0 || count > PLAIN_DIGITS || !_mm256_testz_si256(above_nine, above_nine))) return 0;
    const __m256i pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi16(0x010a)); /* each weighs 10, 1 */
    const __m256i fours = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00010064)); /* 100, 1 */
    const __m256i eights = _mm256_madd_epi16(_mm256_packus_epi32(fours, fours), _mm256_set1_epi32(0x00012710)); /* 10^4, 1 */
    const u64 high = (u64)_mm_cvtsi128_si64(_mm256_castsi256_si128(eights));
    const u64 low = (u64)_mm_cvtsi128_si64(_mm256_extracti128_si256(eights, 1));
    *digits = ((high >> 32) * TEN[8] + (low & 0xffffffff)) * TEN[8] + (low >> 32);
    return 1;
}

#else

/* Eight bytes, each 0 to 9, the first the most significant, to a number: neighbours are joined to pairs, pairs to
 * fours, fours to eight (Johnny Lee, "Fast numeric string to int"; Lemire, "Quickly parsing eight digits", 2018). */
INLINE u64 join8(u64 digits) {
    const u64 mask = 0x000000ff000000ffull;
    digits = digits * 10 + (digits >> 8);
    return ((digits & mask) * 0x000f424000000064ull + (digits >> 16 & mask) * 0x0000271000000001ull) >> 32;
}

/* The number that n digits at ``at`` are (n from 1); ``bad`` gets bits where a byte is no digit. Reads 8 bytes at a
 * time, up to 7 of them behind the digits. */
INLINE u64 digits_at(const u8 *at, i64 n, u64 *bad) {
    u64 number = 0;
    for (;; at += 8, n -= 8) {
        const i64 here = n < 8 ? n : 8;
        /* Shifted up, the digits get zeros in front of them. */
        const u64 digits = (load8(at) ^ EACH_BYTE('0')) << (64 - 8 * here);
        *bad |= (digits + EACH_BYTE(0x76)) | digits; /* the top bit, for more than 9 */
        number = number * TEN[here] + join8(digits);
        if (n <= 8) return number;
    }
}

/* The offset of the first point in n bytes; n or more if there is none. */
INLINE i64 find_point(const u8 *at, i64 n) {
    for (i64 i = 0; i < n; i += 8) {
        const u64 found = equal_bytes(load8(at + i), EACH_BYTE('.'));
        if (found) return i + (__builtin_ctzll(found) >> 3);
    }
    return n;
}

/* As above, but for a point at the very start or end, which is for add_number. */
INLINE int read_plain(const u8 *at, i64 n, u64 *digits, i64 *scale, u64 *point) {
    const i64 whole = find_point(at, n);
    u64 bad = 0;
    *point = whole < n;
    *scale = *point ? n - whole - 1 : 0;
    if (UNLIKELY(*point ? whole == 0 || *scale == 0 : n > PLAIN_DIGITS)) return 0;
    if (*point) *digits = digits_at(at, whole, &bad) * TEN[*scale] + digits_at(at + whole + 1, *scale, &bad);
    else *digits = digits_at(at, n, &bad);
    return !(bad & EACH_BYTE(0x80));
}

#endif

/* Add a cell that is an optional sign, digits and perhaps a point among them; false if it is anything else. */
INLINE int add_plain(const Job *job, i64 number, const u8 *at, i64 n) {
    const u64 negative = *at == '-', sign = negative | (*at == '+'), flip = 0 - negative;
    u64 digits, point;
    i64 scale;
    at += sign;
    n -= (i64)sign;
    if (UNLIKELY((u64)(n - 1) > PLAIN_DIGITS || !read_plain(at, n, &digits, &scale, &point))) return 0;
    add(job, number, (i64)((digits ^ flip) - flip), scale, point); /* -x is ~x + 1 */
    return 1;
}

typedef enum { NUMBER, NO_NUMBER, UNDECIDED } Verdict;

typedef struct {
    const u8 *at, *end;
} Text;

/* The most bytes of a number that this file decides: sums.py has its limits behind that. */
enum { MAX_CHARS = 300 };

INLINE int is_digit(const Text *text) { return text->at < text->end && (u8)(*text->at - '0') < 10; }

INLINE int takes(Text *text, char lower, char upper) {
    if (text->at == text->end || (*text->at != (u8)lower && *text->at != (u8)upper)) return 0;
    text->at++;
    return 1;
}

/* The digits at hand, appended to ``number``; how many there are. More than MAX_DIGITS are lost: look at ``used``. */
static i64 take_digits(Text *text, u128 *number, i64 *used) {
    const u8 *start = text->at;
    for (; is_digit(text); text->at++) {
        const u128 digit = (u8)(*text->at - '0');
        if (*used < MAX_DIGITS) *number = *number * 10 + digit;
        *used += *number != 0; /* zeros in front cost nothing */
    }
    return text->at - start;
}

/* Add any number of the grammar in sums.py that is small enough; a larger one is UNDECIDED, what is none NO_NUMBER. */
APART Verdict add_number(const Job *job, i64 number, Text text) {
    u128 digits = 0, exponent = 0;
    i64 used = 0, exponent_used = 0;
    const int is_long = text.end - text.at > MAX_CHARS;
    const u64 negative = text.at < text.end && *text.at == '-';
    takes(&text, '+', '-');
    const i64 whole = take_digits(&text, &digits, &used);
    const u64 point = (u64)takes(&text, '.', '.');
    i64 scale = point ? take_digits(&text, &digits, &used) : 0;
    if (whole + scale == 0) return NO_NUMBER;
    int down = 0;
    const u64 raised = (u64)takes(&text, 'e', 'E');
    if (raised) {
        down = text.at < text.end && *text.at == '-';
        takes(&text, '+', '-');
        if (take_digits(&text, &exponent, &exponent_used) == 0) return NO_NUMBER;
    }
    if (text.at != text.end) return NO_NUMBER;
    if (is_long || exponent_used > 3) return UNDECIDED;
    scale += down ? (i64)exponent : -(i64)exponent;
    for (; scale < 0 && used <= MAX_DIGITS; scale++) {
        digits *= 10;
        used++;
    }
    if (used > MAX_DIGITS || scale >= SCALES) return UNDECIDED;
    add(job, number, negative ? -(i128)digits : (i128)digits, scale, point | raised);
    return NUMBER;
}

static int is_missing(const Job *job, Text text) {
    u64 packed = 0;
    const i64 n = text.end - text.at;
    if (n == 0) return 1;
    if (n > 8 || text.end[-1] == 0) return 0;
    memcpy(&packed, text.at, (size_t)n);
    for (i64 i = 0; i < job->mark_count; i++)
        if (job->marks[i] == packed) return 1;
    return 0;
}

INLINE int is_padding(u8 byte) { return byte == ' ' || byte == '\t'; }

/* A cell that is not plain: with padding, an exponent, many digits; a mark that it is missing; or no number. */
APART void add_odd(Job *job, i64 number, Cell cell, Text text) {
    Column *const column = &job->columns[number];
    while (text.at < text.end && is_padding(*text.at)) text.at++;
    while (text.at < text.end && is_padding(text.end[-1])) text.end--;
    if (is_missing(job, text)) {
        column->missing++;
        return;
    }
    const Verdict verdict = add_number(job, number, text);
    if (verdict == NUMBER) return;
    /* Only a text without quotes is surely what the cell says. */
    if (verdict == NO_NUMBER && job->skip && !memchr(text.at, '"', (size_t)(text.end - text.at))) {
        column->skipped++;
        return;
    }
    column->listed++;
    job->odd[job->odd_count++] = (Odd){number, cell.start, cell.end};
}

/* Add a cell; ``plan`` is the copy of ``job`` that is faster to read. */
INLINE void add_cell(Job *job, const Job *plan, i64 number, const u8 *data, i64 size, Cell cell) {
    Text text = {data + cell.start, data + cell.end};
    u8 copy[PLAIN_BEFORE + PLAIN_AFTER];
    if (text.end - text.at >= 2 && *text.at == '"' && text.end[-1] == '"') {
        text.at++;
        text.end--;
    }
    const i64 n = text.end - text.at;
    const u8 *at = text.at;
    if (n == 0) {
        plan->columns[number].missing++;
        return;
    }
    if (UNLIKELY(cell.end <= PLAIN_BEFORE || size - cell.start <= PLAIN_AFTER)) { /* read nothing outside the data */
        memset(copy, 0, sizeof copy);
        memcpy(copy + PLAIN_BEFORE, at, (size_t)(n < PLAIN_AFTER ? n : PLAIN_AFTER));
        at = copy + PLAIN_BEFORE;
    }
    if (UNLIKELY(!add_plain(plan, number, at, n))) add_odd(job, number, cell, text);
}

/* ---- Rows. ---- */

/* Find the wanted cells of the row that starts at ``row``: the offset of its end, or why there is none as in pass. */
INLINE i64 find_cells(const Job *job, Cursor *cursor, i64 row, Cell *cell) {
    i64 before = job->first, start = row, end = 0;
    const i64 behind = job->fields - 1 - job->first - (job->wanted - 1) * job->step;
    const Cell *const last = cell + job->wanted - 1;
    for (;; before = job->step - 1) {
        if (before) {
            const i64 passed = pass(cursor, before, 0);
            if (UNLIKELY(passed < 0)) return passed;
            start = passed + 1;
        }
        end = pass_one(cursor, behind == 0 && cell == last);
        if (UNLIKELY(end < 0)) return end;
        *cell = (Cell){start, end};
        if (cell++ == last) break;
        start = end + 1;
    }
    if (behind) return pass(cursor, behind, 1);
    cell[-1].end -= end > row && cursor->data[end - 1] == '\r';
    return end;
}

/* Whether a line feed, or CRLF, is all there is of the row at ``row``. */
INLINE int is_blank(const u8 *data, i64 size, i64 row) {
    return data[row] == '\n' || (data[row] == '\r' && row + 1 < size && data[row + 1] == '\n');
}

INLINE Cursor cursor_at(const u8 *data, i64 row, i64 size, int ended, u8 delimiter) {
    return (Cursor){.data = data, .size = size, .base = row - 64, .fresh = 1, .ended = ended, .delimiter = delimiter};
}

/* Whether a row that ends at ``end`` is too long (its end may be that of the data, which is no byte) or ends with CR. */
INLINE int is_refused(const Cursor *cursor, i64 row, i64 end, i64 max_row_bytes) {
    const i64 next = end < cursor->size ? end + 1 : end;
    return next - row > max_row_bytes || (end < cursor->size && cursor->data[end] != '\n');
}

typedef struct {
    i64 row, last_row, rows, blanks; /* the next row; the last one found; how many were, and how many blank lines */
} Found;

/* Step over a blank line. Where more fields were looked for the cursor is lost in it, so it begins again behind it. */
INLINE void skip_blank(Cursor *cursor, Found *found) {
    const int feeds_in_quotes = cursor->feeds_in_quotes;
    found->last_row = found->row;
    found->row += 1 + (cursor->data[found->row] == '\r');
    found->blanks++;
    *cursor = cursor_at(cursor->data, found->row, cursor->size, cursor->ended, cursor->delimiter);
    cursor->feeds_in_quotes = feeds_in_quotes;
}

/* Find the cells of whole rows until their room is full, all before ``limit`` are found, or one cannot be added: why. */
INLINE i64 find_rows(const Job *job, Cursor *cursor, i64 limit, Found *found) {
    Cell *cell = job->cells;
    const Cell *const full = job->cells + job->cell_room - job->wanted;
    while (found->row < limit && cell <= full) {
        const i64 row = found->row, end = find_cells(job, cursor, row, cell);
        if (UNLIKELY(end <= row + 1) && is_blank(cursor->data, cursor->size, row)) {
            skip_blank(cursor, found);
            continue;
        }
        if (UNLIKELY(end < 0)) return end == -ROW_IS_INCOMPLETE && !cursor->ended ? ROW_IS_INCOMPLETE : ROW_IS_REFUSED;
        const int suspect = end - row >= job->max_row_bytes || cursor->lone_returns;
        if (UNLIKELY(suspect) && is_refused(cursor, row, end, job->max_row_bytes)) return ROW_IS_REFUSED;
        cell += job->wanted;
        found->rows++;
        found->last_row = row;
        found->row = end + 1;
    }
    return DONE;
}

/* Add the cells of ``rows`` rows. */
INLINE void add_cells(Job *job, const Job *plan, const u8 *data, i64 size, i64 rows) {
    const Cell *cell = plan->cells;
    for (; rows; rows--)
        for (i64 number = 0; number < plan->wanted; number++) add_cell(job, plan, number, data, size, *cell++);
}

static i64 count_feeds(const u8 *data, i64 from, i64 to) {
    i64 feeds = 0;
    for (; from < to; from++) feeds += data[from] == '\n';
    return feeds;
}

/* Add the rows of data[at, size) that start before ``limit``; ``at`` is a row start. Gives the offset at which the next
 * row starts, and in ``status`` why it is not added: it starts at the limit or the end (DONE), the list of odd cells is
 * full, it is refused, or its end is not in the data. ``ended``: nothing follows, so the last row needs no line feed. */
i64 CSVSUM_ROWS(Job *job, const u8 *data, i64 at, i64 size, i64 limit, i64 ended, i64 *status);

i64 CSVSUM_ROWS(Job *job, const u8 *data, i64 at, i64 size, i64 limit, i64 ended, i64 *status) {
    Cursor cursor = cursor_at(data, at, size, ended != 0, (u8)job->delimiter);
    const Job plan = *job; /* a copy that no store can change, so that it need not be read again */
    Found found = {at, at, 0, 0};
    limit = limit < size ? limit : size;
    *status = DONE;
    while (found.row < limit && *status == DONE) {
        if (UNLIKELY(plan.odd_room - job->odd_count < plan.cell_room)) {
            *status = LIST_IS_FULL;
            break;
        }
        /* Some rows are found and then their cells are added: so neither has to wait for the other. */
        const i64 before = found.rows;
        *status = find_rows(&plan, &cursor, limit, &found);
        add_cells(job, &plan, data, size, found.rows - before);
    }
    const i64 unfed = found.row > size; /* the end of the data ended the last row */
    job->rows += found.rows;
    job->last_row = found.last_row;
    job->lines += cursor.feeds_in_quotes ? count_feeds(data, at, found.row - unfed) : found.rows + found.blanks - unfed;
    return found.row - unfed;
}

#if !WITH_AVX2

/* What tells the caller that the library is the one it thinks: the source it was built from, the sizes it shares. */
i64 csvsum_source(void);
i64 csvsum_sizes(void);

#ifndef CSVSUM_SOURCE
#define CSVSUM_SOURCE 0
#endif

i64 csvsum_source(void) { return CSVSUM_SOURCE; }

i64 csvsum_sizes(void) { return (i64)(sizeof(Job) << 16 | sizeof(Column)); }

/* Whether this processor (and its operating system, which has to save the wide registers) can do the other path. */
int csvsum_has_avx2(void);

int csvsum_has_avx2(void) {
#if defined(__x86_64__)
    unsigned a, b, c, d, low, high;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
    const unsigned pclmul = 1u << 1, popcnt = 1u << 23, osxsave = 1u << 27, needed = pclmul | popcnt | osxsave;
    if ((c & needed) != needed) return 0;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    if ((low & 6) != 6 || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
    const unsigned bmi1 = 1u << 3, avx2 = 1u << 5, bmi2 = 1u << 8, all = bmi1 | avx2 | bmi2;
    return (b & all) == all;
#else
    return 0;
#endif
}

#endif
