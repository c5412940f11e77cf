/* Cells to sums.
 *
 * When changing it: a cell is either added completely or not at all, and counted once: as a value,
 * which is what is left of all rows, or as missing, skipped or unresolved. What is not decided here
 * goes to the caller's list. Only add_plain is fast; see that files of plain numbers do nothing
 * else.
 */

#ifndef CSVSUM_CELLS_H
#define CSVSUM_CELLS_H

#include "limbs.h"
#include "numbers.h"
#include "styles.h"

/* How a value was written: bit 0 is set for one without a point, bit 1 + n for one with a point and
 * n digits after it, the last bit for one with an exponent or more digits. */
enum { MAX_SCALE = 29 };
#define LONG_SCALE (1u << 31)

INLINE uint32_t scale_bit(i64 scale, u64 point) { return 1u << ((u64)scale + point); }

INLINE uint32_t scale_of(const Number *number) {
    const i64 scale = length_of(number->after);
    if (number->has_exponent || scale > MAX_SCALE) return LONG_SCALE;
    return scale_bit(scale, (u64)number->has_point);
}

/* Add a cell that is an optional sign, digits and perhaps a point among them; false if it is
 * anything else. */
INLINE int add_plain(const Call *fixed, i64 column, const u8 *at, i64 n) {
    const Sign sign = sign_at(at);
    u64 digits, point;
    i64 scale;
    at += sign.length;
    n -= (i64)sign.length;
    if (UNLIKELY((u64)(n - 1) > PLAIN_DIGITS)) return 0;
    if (UNLIKELY(!read_plain(at, n, '.', &digits, &scale, &point))) return 0;
    add_scaled(fixed, column, with_sign(digits, sign), scale);
    fixed->scales[column] |= scale_bit(scale, point);
    return 1;
}

/* Add a text that is a plain number with an exponent, of at most so many bytes; false if it is
 * anything else, or too large. Reads that many bytes more before the end than a plain number. */
enum { SCIENTIFIC_BYTES = 1 + PLAIN_DIGITS + 1 + 5, SCIENTIFIC_BEFORE = PLAIN_BEFORE + 5 };

static int add_scientific(Call *call, i64 column, Text text) {
    const Tail tail = find_exponent(text.end);
    const Sign sign = sign_at(text.at);
    const i64 n = length_of(text) - tail.length - (i64)sign.length;
    u64 digits, point;
    i64 scale;
    if (tail.length == 0 || n < 1 || n > PLAIN_DIGITS + 1) return 0;
    if (tail.exponent < MIN_EXPONENT || tail.exponent > HIGHEST - PLAIN_DIGITS) return 0;
    if (!read_plain(text.at + sign.length, n, '.', &digits, &scale, &point)) return 0;
    if (!has_slot(call, tail.exponent - scale)) return 0;
    add_at(call, column, with_sign(digits, sign), tail.exponent - scale);
    call->scales[column] |= LONG_SCALE;
    return 1;
}

/* Whether so many bytes before the end of a text may be read, and so many from its start on. */
INLINE int is_readable(Text room, Text text, i64 before, i64 after) {
    return text.end - room.at >= before && room.end - text.at >= after;
}

typedef enum { NUMBER, NOT_A_NUMBER, UNDECIDED } Verdict;

/* Add digits of which the last is at ``position``, from the right, 16 at a time: then all pieces
 * have the same place in their limbs, two limbs apart. */
static int add_digits(Call *call, i64 column, Text digits, i64 position, int is_negative) {
    i64 left = length_of(digits);
    for (i64 i = 0; i < left; i += 16)
        if (!has_slot(call, position + i)) return 0;
    for (; left > 0; left -= 16, position += 16) {
        const i64 n = left < 16 ? left : 16;
        u64 bad = 0;
        const i64 value = (i64)digits_at(digits.at + left - n, n, &bad);
        add_at(call, column, is_negative ? -value : value, position);
    }
    return 1;
}

/* Add any number, but one of 10^308 or more, which may be beyond the range of a double. */
RARE Verdict add_number(Call *call, i64 column, Text text) {
    Number number;
    u8 joined[MAX_CHARS + READ_AFTER];
    if (!parse_number(text, &number)) return NOT_A_NUMBER;
    if (length_of(text) > MAX_CHARS || number.exponent < MIN_EXPONENT) return UNDECIDED;
    const i64 last = number.exponent - length_of(number.after);
    Text digits = skip_zeros(number.before);
    if (length_of(digits) == 0) {
        digits = skip_zeros(number.after);
    } else if (length_of(number.after)) {
        const i64 n = length_of(digits), m = length_of(number.after);
        memcpy(joined, digits.at, (size_t)n);
        memcpy(joined + n, number.after.at, (size_t)m);
        digits = (Text){joined, joined + n + m};
    }
    if (length_of(digits)) {
        if (last + length_of(digits) - 1 > HIGHEST) return UNDECIDED;
        if (!add_digits(call, column, digits, last, number.is_negative)) return UNDECIDED;
    }
    call->scales[column] |= scale_of(&number);
    return NUMBER;
}

INLINE int is_long_mark(const Call *call, Text text) {
    const u8 *at = call->long_marks, *const end = at + call->long_marks_size;
    for (; at < end; at += 1 + *at)
        if (*at == length_of(text) && !memcmp(at + 1, text.at, *at)) return 1;
    return 0;
}

static int is_missing(const Call *call, Text text) {
    u64 packed = 0;
    const i64 n = length_of(text);
    if (n == 0) return 1;
    if (n > 8 || text.end[-1] == 0) return is_long_mark(call, text);
    memcpy(&packed, text.at, (size_t)n);
    for (i64 i = 0; i < call->mark_count; i++)
        if (call->marks[i] == packed) return 1;
    return 0;
}

INLINE Text strip_padding(Text text) {
    while (text.at < text.end && is_padding(*text.at)) text.at++;
    while (text.at < text.end && is_padding(text.end[-1])) text.end--;
    return text;
}

/* Add a number of which the bytes after it may not be readable. */
RARE Verdict add_copy(Call *call, i64 column, Text text) {
    u8 copy[MAX_CHARS + READ_AFTER];
    const i64 n = length_of(text);
    if (n > MAX_CHARS) return UNDECIDED;
    memcpy(copy, text.at, (size_t)n);
    return add_number(call, column, (Text){copy, copy + n});
}

/* Add a number that is not plain: with an exponent or many digits. The bytes of ``room`` may be
 * read. */
INLINE Verdict add_spelled(Call *call, i64 column, Text text, Text room) {
    const i64 n = length_of(text);
    if (n == 0 || PLACES[*text.at] == IN_TEXTS) return NOT_A_NUMBER;
    if (n <= SCIENTIFIC_BYTES && is_readable(room, text, SCIENTIFIC_BEFORE, PLAIN_AFTER)
        && add_scientific(call, column, text))
        return NUMBER;
    const int may_read = is_readable(room, text, 0, n + READ_AFTER);
    return (may_read ? add_number : add_copy)(call, column, text);
}

/* Add a number that is not written as usual. */
RARE Verdict add_styled(Call *call, i64 column, Text text) {
    const Style *const style = call->style;
    const i64 n = length_of(text);
    Plain plain;
    if (n == 0 || (style->has_markers && is_missing(call, text))) return NOT_A_NUMBER;
    if (n > MAX_CHARS) return UNDECIDED;
    plain.length = 0;
    if (!put_number(style, text, &plain)) return NOT_A_NUMBER;
    if (plain.length && add_plain(call, column, plain.bytes, plain.length)) return NUMBER;
    const Text room = {plain.before, plain.bytes + sizeof plain.bytes};
    return add_spelled(call, column, (Text){plain.bytes, plain.bytes + plain.length}, room);
}

/* Count a cell that is not a number; false if the caller has to decide. It gets the first cell of
 * each kind, since it needs to know where that is. */
INLINE int count_other(Call *call, i64 column, Text text) {
    if (is_missing(call, text)) {
        call->columns[column].missing++;
        return 1;
    }
    const Kind kind = kind_of(text);
    if (kind == UNKNOWN) return 0;
    const int is_known = call->known[column] >> kind & 1;
    call->known[column] |= (u8)(1 << kind);
    call->columns[column].others[kind] += is_known;
    return is_known;
}

/* Add a cell that is not plain, or leave it to the caller. */
RARE void add_unusual(Call *call, i64 column, Cell cell, Text text) {
    text = strip_padding(text);
    const Verdict verdict =
        call->style ? add_styled(call, column, text)
                    : add_spelled(call, column, text, (Text){call->data, call->data + call->size});
    if (verdict == NUMBER || (verdict == NOT_A_NUMBER && count_other(call, column, text))) return;
    call->columns[column].unresolved++;
    call->unresolved[call->unresolved_count++] = (Unresolved){column, cell.start, cell.end};
}

INLINE Bare without_sign(const u8 *at, i64 n) {
    const Sign sign = sign_at(at);
    return (Bare){at + sign.length, n - (i64)sign.length, sign};
}

/* Add what is left of a number; false if it is anything else. */
INLINE int add_bare(const Call *fixed, i64 column, Bare bare) {
    const Style *const style = fixed->style;
    const u8 mark = (u8)style->decimal, comma = (u8)style->comma;
    u64 digits, point;
    i64 scale;
    if (UNLIKELY((u64)(bare.n - 1) > (u64)(comma ? GROUPED_BYTES - 1 : PLAIN_DIGITS))) return 0;
    const int is_read = comma ? read_grouped(bare.at, bare.n, mark, comma, &digits, &scale, &point)
                              : read_plain(bare.at, bare.n, mark, &digits, &scale, &point);
    if (UNLIKELY(!is_read)) return 0;
    add_scaled(fixed, column, with_sign(digits, bare.sign), scale);
    fixed->scales[column] |= scale_bit(scale, point);
    return 1;
}

/* Add a number that has more beside it than a mark of one byte. */
RARE int add_marked(const Call *fixed, i64 column, const u8 *at, i64 n) {
    return add_bare(fixed, column, bare_number(fixed->style, at, n));
}

/* Add a cell of at most so many bytes that is plain but for its marks; false if it is anything
 * else. Reads so many bytes more on either side than read_plain, since marks are dropped before. */
enum { STYLED_BYTES = 30, STYLED_ROOM = 8 };

INLINE int add_by_style(const Call *fixed, i64 column, const u8 *at, i64 n) {
    const Style *const style = fixed->style;
    if (style->markers[0] && is_short_marker(style, at, n)) {
        fixed->columns[column].missing++;
        return 1;
    }
    if (UNLIKELY(!style->decimal || n > STYLED_BYTES || may_be_marker(style, at, n))) return 0;
    if (!style->strips) return add_bare(fixed, column, without_sign(at, n));
    if (style->strips == SIMPLY && LIKELY(add_bare(fixed, column, without_marks(style, at, n))))
        return 1;
    return add_marked(fixed, column, at, n);
}

/* Add a cell; ``fixed`` is the copy of ``call`` that is faster to read. */
INLINE void add_cell(Call *call, const Call *fixed, const u8 *data, i64 size, i64 column, Cell cell,
                     int special) {
    Text text = {data + cell.start, data + cell.end};
    enum { BEFORE = PLAIN_BEFORE + STYLED_ROOM, AFTER = PLAIN_AFTER + STYLED_ROOM };
    const i64 more = special ? STYLED_ROOM : 0;
    u8 copy[BEFORE + AFTER];
    if (length_of(text) >= 2 && *text.at == '"' && text.end[-1] == '"') {
        text.at++;
        text.end--;
    }
    const i64 n = length_of(text);
    const u8 *at = text.at;
    if (n == 0) {
        fixed->columns[column].missing++;
        return;
    }
    /* Read nothing outside the data. */
    if (UNLIKELY(cell.end <= PLAIN_BEFORE + more || size - cell.start <= PLAIN_AFTER + more)) {
        memset(copy, 0, sizeof copy);
        memcpy(copy + BEFORE, at, (size_t)(n < AFTER ? n : AFTER));
        at = copy + BEFORE;
    }
    const int is_added = special && fixed->style ? add_by_style(fixed, column, at, n)
                                                 : add_plain(fixed, column, at, n);
    if (UNLIKELY(!is_added)) add_unusual(call, column, cell, text);
}

#endif
