/* stream.c
 *
 * Buffered little-endian output on stdout. Knows nothing of what is written.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "guest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint8_t buffer[1 << 16];
static size_t used;

static void
write_all (const uint8_t *bytes, size_t length)
{
  while (length > 0)
    {
      ssize_t n = write (STDOUT_FILENO, bytes, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        exit (1);
      bytes += n;
      length -= (size_t) n;
    }
}

void
stream_flush (void)
{
  write_all (buffer, used);
  used = 0;
}

void
stream_bytes (const void *bytes, size_t length)
{
  if (length > sizeof buffer - used)
    stream_flush ();
  if (length >= sizeof buffer)
    {
      write_all (bytes, length);
      return;
    }
  memcpy (buffer + used, bytes, length);
  used += length;
}

void
stream_u8 (uint8_t value)
{
  stream_bytes (&value, 1);
}

void
stream_u32 (uint32_t value)
{
  uint8_t bytes[4];

  for (int i = 0; i < 4; i++)
    bytes[i] = (uint8_t) (value >> (8 * i));
  stream_bytes (bytes, sizeof bytes);
}

void
stream_u64 (uint64_t value)
{
  stream_u32 ((uint32_t) value);
  stream_u32 ((uint32_t) (value >> 32));
}
