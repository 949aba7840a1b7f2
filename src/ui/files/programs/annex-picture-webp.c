/* annex-picture-webp.c
 *
 * WebP by libwebp; of what moves, the first picture by libwebpdemux.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-picture-decoders.h"

#include <webp/decode.h>
#include <webp/demux.h>

static AnnexCanvas *
decode_moving (const WebPData *data, guint max_side)
{
  WebPAnimDecoderOptions options;
  WebPAnimDecoder *decoder;
  WebPAnimInfo info;
  g_autoptr (AnnexCanvas) canvas = NULL;
  guint8 *rgba; /* the decoder's */
  int time;

  if (!WebPAnimDecoderOptionsInit (&options))
    return NULL;
  options.color_mode = MODE_RGBA;
  decoder = WebPAnimDecoderNew (data, &options);
  if (decoder == NULL)
    return NULL;
  if (WebPAnimDecoderGetInfo (decoder, &info))
    canvas = annex_canvas_new (info.canvas_width, info.canvas_height, max_side);
  if (canvas != NULL && WebPAnimDecoderGetNext (decoder, &rgba, &time))
    annex_canvas_add_rows (canvas, rgba, info.canvas_height, (gsize) info.canvas_width * 4);
  else
    g_clear_pointer (&canvas, annex_canvas_free);
  WebPAnimDecoderDelete (decoder);
  return g_steal_pointer (&canvas);
}

static AnnexCanvas *
decode_still (const WebPData *data, guint max_side)
{
  WebPDecoderConfig config;
  g_autoptr (AnnexCanvas) canvas = NULL;

  if (!WebPInitDecoderConfig (&config) ||
      WebPGetFeatures (data->bytes, data->size, &config.input) != VP8_STATUS_OK)
    return NULL;
  canvas = annex_canvas_new ((guint) config.input.width, (guint) config.input.height, max_side);
  config.output.colorspace = MODE_RGBA;
  if (canvas == NULL || WebPDecode (data->bytes, data->size, &config) != VP8_STATUS_OK)
    return NULL;
  annex_canvas_add_rows (canvas, config.output.u.RGBA.rgba, (guint) config.output.height,
                         (gsize) config.output.u.RGBA.stride);
  WebPFreeDecBuffer (&config.output);
  return g_steal_pointer (&canvas);
}

AnnexCanvas *
annex_picture_decode_webp (GBytes *bytes, guint max_side)
{
  WebPData data;
  WebPBitstreamFeatures features;

  data.bytes = g_bytes_get_data (bytes, &data.size);
  if (WebPGetFeatures (data.bytes, data.size, &features) != VP8_STATUS_OK)
    return NULL;
  return features.has_animation ? decode_moving (&data, max_side) : decode_still (&data, max_side);
}
