/* What the caller and the kernel share, and what all its files use.
 *
 * When changing it: binding.py declares the same structures, field by field. Both sides compare the
 * sizes when the library is loaded, which notices a field that is missing, not two that changed
 * places. All fields have 8 bytes, so that neither compiler adds padding.
 */

#ifndef CSVSUM_SHARED_H
#define CSVSUM_SHARED_H

#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "bytes are read as little-endian words"
#endif

#define INLINE static inline __attribute__((always_inline))
#define RARE static __attribute__((noinline)) /* kept out of the hot loop */
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

typedef uint8_t u8;
typedef uint64_t u64;
typedef int64_t i64;
typedef __int128 i128;
typedef unsigned __int128 u128;

/* Sums are kept in limbs, see limbs.h: limb i counts units of 10^(LOWEST + LIMB_DIGITS * i). No
 * digit of an accepted number (1,000 characters, exponents from -400) is below 10^-1399, and none
 * of those added here is above 10^307. */
enum { LIMB_DIGITS = 8, LIMBS = 214, LOWEST = -1402, HIGHEST = 307, NO_SLOT = 255 };

/* A signed integer of 128 bits, in halves, so that the structure needs no alignment above 8. */
typedef struct {
    u64 low, high;
} Sum;

/* What a cell is that is neither a number nor missing; UNKNOWN: the caller decides. */
typedef enum { TEXT, LIKE_A_NUMBER, COMPARISON, UNKNOWN } Kind;

/* How many cells of a column were missing, of these kinds, and left to the caller. */
typedef struct {
    i64 missing, others[UNKNOWN], unresolved;
} Column;

/* What a byte may be in a number that is not written as usual: a mark to drop beside it, a blank, a
 * mark of thousands; the first or last byte of such a mark of several bytes; the first byte of a
 * marker of a missing value that is a number, too. */
enum {
    IS_STRIPPED = 1,
    IS_BLANK = 2,
    IS_THOUSANDS = 4,
    BEGINS_LONG = 8,
    ENDS_LONG = 16,
    BEGINS_MARKER = 32
};

enum { SIMPLY = 1 };

/* How numbers are written. Marks of several bytes are in lists: for each its length, a byte, and
 * its bytes; a zero ends a list. */
typedef struct {
    i64 decimal; /* the byte of the decimal mark, or 0 if it has several */
    i64 parentheses; /* whether they may mean that a number is negative */
    i64 comma; /* the byte of a mark of thousands, or 0 */
    i64 strips; /* whether there are marks or parentheses to drop; SIMPLY: marks of one byte */
    u64 mark, mark_mask, mark_shift, mark_bytes; /* such a mark of several bytes, as a number */
    i64 has_markers; /* whether markers of missing values are numbers, too: these, as words */
    u64 markers[4]; /* short ones, repeated; or zeros */
    u64 marker_lengths; /* bit n: another one has n bytes; bit 63: or more */
    u8 roles[256];
    u8 decimals[8], blanks[8], thousands[32], stripped[256];
} Style;

typedef struct {
    i64 start, end; /* offsets in the data */
} Cell;

/* A cell that the caller has to decide: the index of its column among the wanted ones, and where
 * it is. */
typedef struct {
    i64 column, start, end;
} Unresolved;

typedef struct {
    /* In: the data. Rows are added from ``at`` on, a row start, as long as they start before
     * ``limit``. ``eof``: nothing follows, so the last row needs no line feed. */
    const u8 *data;
    i64 size, at, limit, eof;
    /* In: the layout. Before each wanted field, so many fields are not; and after the last. All of
     * ``skips`` but the first are equal unless ``special``; there are at least two. */
    const i64 *skips;
    i64 after, wanted, delimiter, max_row_bytes;
    /* In: what few files need; ``special`` if there is anything. The byte that begins a comment, or
     * -1; whether rows with too few fields get empty ones; NULL if numbers are written as usual. */
    i64 special, comment, pad;
    const Style *style;
    const u64 *marks; /* texts that mean "missing", of 1 to 8 bytes, as little-endian numbers */
    i64 mark_count;
    const u8 *long_marks; /* others: for each its length, a byte, and its bytes */
    i64 long_marks_size;
    /* Memory of the caller, which goes from call to call. */
    Sum *sums; /* slot_room times wanted, those of a slot side by side */
    u8 *slots; /* for each limb, the slot that holds it, or NO_SLOT */
    i64 slot_room, slot_count;
    uint32_t *scales; /* for each column, how its values were written: see scale_bit */
    Column *columns; /* wanted of them */
    u8 *known; /* for each column, bit n: the caller got its first cell of the kind n */
    Cell *cells; /* room for cell_room, at least wanted */
    i64 cell_room;
    Unresolved *unresolved; /* room for unresolved_room, at least cell_room */
    i64 unresolved_room;
    /* Out: where the next row starts, why it was not added, and what was added. */
    i64 end, status, rows, lines, last_row, unresolved_count;
    i64 is_full; /* a cell is unresolved because no slot was left for a limb of its sum */
} Call;

/* Why no more rows were added: the limit or the end of the data was reached; the list of unresolved
 * cells is full; the next row is refused; its end is not in the data. */
enum { DONE, LIST_IS_FULL, ROW_IS_REFUSED, ROW_IS_INCOMPLETE };

#endif
