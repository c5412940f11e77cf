/* The functions on masks that need no special instructions: see masks.h. */

#ifndef CSVSUM_BITS_PORTABLE_H
#define CSVSUM_BITS_PORTABLE_H

INLINE u64 prefix_xor(u64 bits) {
    for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
    return bits;
}

INLINE u64 nth_bit(u64 bits, i64 n) {
    while (--n) bits &= bits - 1;
    return bits & (~bits + 1);
}

#endif
