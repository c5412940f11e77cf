/* Cells to sums and counts.
 *
 * When changing it: a cell is either added completely or not at all, and counted once: as a value,
 * which is what is left of all rows, as missing, by its kind, or as unresolved. What is not decided
 * here goes to the caller's list.
 */

#ifndef CSVSUM_CELLS_H
#define CSVSUM_CELLS_H

#include "styles.h"
#include "values.h"

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
    return add_text(call, column, (Text){plain.bytes, plain.bytes + plain.length}, room);
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
                    : add_text(call, column, text, (Text){call->data, call->data + call->size});
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
    if (style->strips == SIMPLY && *at != '('
        && LIKELY(add_bare(fixed, column, without_marks(style, at, n))))
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
