/* Up to 18 digits, with or without a point, to an integer.
 *
 * Each instruction set has a file that defines read_plain. When changing one: read_plain may refuse
 * what another one reads, since add_number reads everything; what both read must be equal. It reads
 * from PLAIN_BEFORE bytes before the end of a number to PLAIN_AFTER - 1 after its start, so its
 * callers have to see to it that these are readable.
 */

#ifndef CSVSUM_DIGITS_H
#define CSVSUM_DIGITS_H

#include "masks.h"
#include "words.h"

/* 18 digits fit 64 bits with a sign. */
enum { PLAIN_DIGITS = 18, PLAIN_BEFORE = 33, PLAIN_AFTER = 32 };

#if WITH_AVX2
#include "digits_avx2.h"
#else
#include "digits_portable.h"
#endif

#endif
