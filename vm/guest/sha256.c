/* sha256.c
 *
 * SHA-256 (FIPS 180-4), so that the helper needs no library.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "guest.h"

#include <endian.h>
#include <string.h>

static const uint32_t round_constants[64] = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline uint32_t
rotate (uint32_t value, int bits)
{
  return value >> bits | value << (32 - bits);
}

#define ROUND(a, b, c, d, e, f, g, h, i)                                                           \
  do                                                                                               \
    {                                                                                              \
      uint32_t t = h + (rotate (e, 6) ^ rotate (e, 11) ^ rotate (e, 25)) + (g ^ (e & (f ^ g))) +   \
                   round_constants[i] + w[i];                                                      \
                                                                                                   \
      d += t;                                                                                      \
      h = t + (rotate (a, 2) ^ rotate (a, 13) ^ rotate (a, 22)) + ((a & b) | (c & (a | b)));       \
  } while (0)

static void
add_block (Sha256 *sum, const uint8_t *block)
{
  uint32_t w[64];
  uint32_t a = sum->state[0], b = sum->state[1], c = sum->state[2], d = sum->state[3];
  uint32_t e = sum->state[4], f = sum->state[5], g = sum->state[6], h = sum->state[7];

  for (int i = 0; i < 16; i++)
    {
      memcpy (&w[i], block + 4 * i, 4);
      w[i] = be32toh (w[i]);
    }
  for (int i = 16; i < 64; i++)
    w[i] = w[i - 16] + (rotate (w[i - 15], 7) ^ rotate (w[i - 15], 18) ^ w[i - 15] >> 3) +
           w[i - 7] + (rotate (w[i - 2], 17) ^ rotate (w[i - 2], 19) ^ w[i - 2] >> 10);
  /* Eight rounds at a time, so that the variables change places instead of values. */
  for (int i = 0; i < 64; i += 8)
    {
      ROUND (a, b, c, d, e, f, g, h, i);
      ROUND (h, a, b, c, d, e, f, g, i + 1);
      ROUND (g, h, a, b, c, d, e, f, i + 2);
      ROUND (f, g, h, a, b, c, d, e, i + 3);
      ROUND (e, f, g, h, a, b, c, d, i + 4);
      ROUND (d, e, f, g, h, a, b, c, i + 5);
      ROUND (c, d, e, f, g, h, a, b, i + 6);
      ROUND (b, c, d, e, f, g, h, a, i + 7);
    }
  sum->state[0] += a;
  sum->state[1] += b;
  sum->state[2] += c;
  sum->state[3] += d;
  sum->state[4] += e;
  sum->state[5] += f;
  sum->state[6] += g;
  sum->state[7] += h;
}

void
sha256_start (Sha256 *sum)
{
  static const uint32_t initial[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

  memcpy (sum->state, initial, sizeof initial);
  sum->length = 0;
  sum->used = 0;
}

void
sha256_add (Sha256 *sum, const void *data, size_t length)
{
  const uint8_t *bytes = data;

  sum->length += length;
  if (sum->used > 0)
    {
      size_t part = 64 - sum->used < length ? 64 - sum->used : length;

      memcpy (sum->block + sum->used, bytes, part);
      sum->used += part;
      bytes += part;
      length -= part;
      if (sum->used < 64)
        return;
      add_block (sum, sum->block);
      sum->used = 0;
    }
  for (; length >= 64; bytes += 64, length -= 64)
    add_block (sum, bytes);
  memcpy (sum->block, bytes, length);
  sum->used = length;
}

void
sha256_end (Sha256 *sum, uint8_t digest[32])
{
  uint64_t bits = sum->length * 8;
  uint8_t tail[72] = { 0x80 };
  size_t padding = (sum->used < 56 ? 56 : 120) - sum->used;

  for (int i = 0; i < 8; i++)
    tail[padding + i] = (uint8_t) (bits >> (56 - 8 * i));
  sha256_add (sum, tail, padding + 8);
  for (int i = 0; i < 32; i++)
    digest[i] = (uint8_t) (sum->state[i / 4] >> (24 - 8 * (i % 4)));
}
