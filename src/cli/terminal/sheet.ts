import { type Shape, sizeOf } from '../../base/index.ts';

/** Pixels channel by channel, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** Pixels between two images, and around all. */
const gap = 4;
/** Small images are enlarged by a whole factor to about so many pixels. */
const size = 96;

/**
 * Lines of images on a white sheet. Images are [channels, height, width] with 1 or 3 channels, one after the other; numbers from `low` to `high`
 * become black to white.
 */
export function drawSheet(
  lines: readonly (readonly ArrayLike<number>[])[],
  shape: Shape,
  low: number,
  high: number,
): Picture {
  const [channels, height, width] = shape;
  const scale = Math.max(1, Math.round(size / Math.max(height, width)));
  const [cellHeight, cellWidth] = [height * scale + gap, width * scale + gap];
  const sheet = {
    width: gap + Math.max(...lines.map((line) => line.length)) * cellWidth,
    height: gap + lines.length * cellHeight,
    channels,
  };
  const data = new Uint8Array(sizeOf([sheet.height, sheet.width, channels])).fill(255);
  for (const [down, line] of lines.entries())
    for (const [across, image] of line.entries())
      for (let y = 0; y < height * scale; y++)
        for (let x = 0; x < width * scale; x++) {
          const to = (gap + down * cellHeight + y) * sheet.width + gap + across * cellWidth + x;
          const from = Math.floor(y / scale) * width + Math.floor(x / scale);
          for (let channel = 0; channel < channels; channel++) {
            const value = (image[channel * height * width + from] - low) / (high - low || 1);
            data[channel * sheet.height * sheet.width + to] = Math.round(255 * Math.min(1, Math.max(0, value)));
          }
        }
  return { ...sheet, data };
}
