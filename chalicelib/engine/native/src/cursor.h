/* A cursor over the separators of the data.
 *
 * When changing it:
 *   - Only inlined code may take the cursor's address, or it leaves the registers: half the speed.
 *   - No byte outside data[0, size) is read; the last word is a copy.
 *   - A word may begin inside quotes, in the middle of "", or between CR and LF: what is carried
 *     from word to word is all in ``quoted``, ``fresh``, ``closed`` and the byte after the word.
 */

#ifndef CSVSUM_CURSOR_H
#define CSVSUM_CURSOR_H

#include "masks.h"
#include "lines.h"

typedef struct {
    const u8 *data;
    i64 size;
    i64 base; /* the offset of the word at hand */
    u64 separators, ends; /* those of the word that were not passed yet; its row ends */
    u64 quoted; /* all ones: the next word begins inside quotes */
    u64 fresh; /* 1: the next word begins at the start of a field, where a quote opens */
    u64 closed; /* 1: the byte before the next word is a closing quote */
    u64 near_quotes; /* not 0: the last word had quotes, or the next one begins inside quotes */
    u64 quoted_ends; /* not 0: a quoted line feed was seen, so lines are more than row ends */
    i64 trusted; /* a row of fewer bytes is not too long; 0: a row may have another fault, too */
    i64 text_at; /* the first text seen after a closing quote, or NOWHERE */
    int eof; /* nothing follows the data, so its end is a row end */
    u8 delimiter;
} Cursor;

INLINE Cursor cursor_at(const Call *call, i64 row) {
    return (Cursor){.data = call->data,
                    .size = call->size,
                    .base = row - 64,
                    .fresh = 1,
                    .trusted = call->max_row_bytes,
                    .text_at = NOWHERE,
                    .eof = call->eof != 0,
                    .delimiter = (u8)call->delimiter};
}

/* Set a cursor to a row start. */
INLINE void move_cursor(Cursor *cursor, const Call *call, i64 row) {
    const u64 quoted_ends = cursor->quoted_ends;
    *cursor = cursor_at(call, row);
    cursor->quoted_ends = quoted_ends;
}

/* The quotes that open or close, where not all do: one inside an unquoted field is text. ``starts``
 * are the bytes at which a field begins; a closing quote is one more, so that "" is a quote that
 * closes and one that opens. */
RARE u64 real_quotes(u64 quotes, u64 starts, u64 quoted) {
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

/* Look at the bytes after closing quotes that end no field. */
INLINE void look_after_quotes(Cursor *cursor, u64 suspects, i64 base) {
    if (!suspects) return;
    const i64 found =
        text_after_quote(cursor->data, cursor->size, base, suspects, cursor->delimiter);
    if (cursor->text_at == NOWHERE) cursor->text_at = found;
    if (found != NOWHERE) cursor->trusted = 0;
}

/* Count lone CRs of a word as row ends: whichever way their rows are cut then, they are refused. */
INLINE void take_returns(Cursor *cursor, Bytes returns, u64 inside, i64 after) {
    /* What follows the data is unknown; if it is not a line feed, that is noticed when the row is
     * read again with the rest. */
    const int feed_follows = after < cursor->size ? cursor->data[after] == '\n' : !cursor->eof;
    const u64 before_feeds = cursor->ends >> 1 | (u64)feed_follows << 63;
    const u64 lone = bits_of(returns) & ~inside & ~before_feeds;
    cursor->separators |= lone;
    cursor->ends |= lone;
    if (lone) cursor->trusted = 0;
}

/* Take a word that has quotes or CRs, or begins inside quotes. ``after`` is the offset of the byte
 * after it. */
INLINE void take_quoted(Cursor *cursor, u64 all_quotes, Bytes returns, i64 after) {
    const u64 starts = cursor->separators << 1 | cursor->fresh, was_quoted = cursor->quoted;
    u64 quotes = all_quotes, inside = prefix_xor(quotes) ^ was_quoted;
    /* The parity is the state as long as each opening quote is at the start of a field or just
     * after a closing one. */
    if (UNLIKELY(quotes & inside & ~(starts | quotes << 1))) {
        quotes = real_quotes(quotes, starts, was_quoted);
        inside = prefix_xor(quotes) ^ was_quoted;
    }
    cursor->quoted_ends |= cursor->ends & inside;
    const u64 closing = quotes & ~inside, after_quotes = quotes << 1 | cursor->closed;
    const u64 others = after_quotes & ~(inside | all_quotes | cursor->separators);
    if (UNLIKELY(others)) look_after_quotes(cursor, others & ~bits_of(returns), after - 64);
    if (UNLIKELY(!is_none(returns))) take_returns(cursor, returns, inside, after);
    cursor->separators &= ~inside;
    cursor->ends &= ~inside;
    cursor->quoted = (u64)((i64)inside >> 63);
    cursor->fresh = (cursor->separators | closing) >> 63;
    cursor->closed = closing >> 63;
    cursor->near_quotes = all_quotes | cursor->quoted;
}

/* Take a word: find its separators and row ends. */
INLINE void take_word(Cursor *cursor, Bytes bytes, i64 after) {
    const Bytes feeds = equal_to(bytes, '\n'), delimiters = equal_to(bytes, cursor->delimiter);
    const Bytes quotes = equal_to(bytes, '"'), returns = equal_to(bytes, '\r');
    cursor->separators = bits_of(either(feeds, delimiters));
    cursor->ends = bits_of(feeds);
    /* One test shows that there is neither quote nor CR, as in most words of most files. */
    if (UNLIKELY(cursor->near_quotes || !is_none(either(quotes, returns))))
        take_quoted(cursor, bits_of(quotes), returns, after);
    else
        cursor->fresh = cursor->separators >> 63;
}

/* Copy the last bytes of the data into a word, filled with zeros; false if there are none. A last
 * row without a line feed gets one. A CR at the very end is lone if nothing follows; else it does
 * not matter yet, since it ends no row by itself. */
RARE int last_word(const u8 *data, i64 base, i64 size, int eof, u8 *word) {
    const i64 left = size - base;
    if (left < 0 || (left == 0 && !eof)) return 0;
    memset(word, 0, 64);
    memcpy(word, data + base, (size_t)left);
    const int returns = data[size - 1] == '\r';
    if (eof && !returns) word[left] = '\n';
    if (!eof && returns && left > 0) word[left - 1] = 0;
    return 1;
}

INLINE int next_word(Cursor *cursor) {
    u8 copy[64];
    const i64 base = (cursor->base += 64), after = base + 64;
    if (LIKELY(after <= cursor->size)) {
        take_word(cursor, load_bytes(cursor->data + base), after);
        return 1;
    }
    if (!last_word(cursor->data, base, cursor->size, cursor->eof, copy)) return 0;
    take_word(cursor, load_bytes(copy), after);
    return 1;
}

/* Pass n separators and return the offset of the last; -ROW_IS_INCOMPLETE when there are fewer,
 * -ROW_IS_REFUSED unless the last one is a row end if ``at_end`` and none of the others is. */
INLINE i64 pass(Cursor *cursor, i64 n, int at_end) {
    for (;;) {
        const i64 here = __builtin_popcountll(cursor->separators);
        if (here >= n) break;
        if (UNLIKELY(cursor->separators & cursor->ends)) return -ROW_IS_REFUSED;
        n -= here;
        if (UNLIKELY(!next_word(cursor))) return -ROW_IS_INCOMPLETE;
    }
    const u64 last = nth_bit(cursor->separators, n);
    const u64 passed = cursor->separators & (last | (last - 1));
    cursor->separators ^= passed;
    if (UNLIKELY((passed & cursor->ends) != (at_end ? last : 0))) return -ROW_IS_REFUSED;
    return cursor->base + __builtin_ctzll(last);
}

/* The same for n = 1, which is half of all calls. */
INLINE i64 pass_one(Cursor *cursor, int at_end) {
    while (UNLIKELY(!cursor->separators))
        if (UNLIKELY(!next_word(cursor))) return -ROW_IS_INCOMPLETE;
    const i64 place = __builtin_ctzll(cursor->separators);
    cursor->separators &= cursor->separators - 1;
    if (UNLIKELY((int)(cursor->ends >> place & 1) != at_end)) return -ROW_IS_REFUSED;
    return cursor->base + place;
}

#endif
