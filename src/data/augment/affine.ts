/**
 * [a, b, c, d, e, f]: the pixel at (x, y) is found at (ax + by + c, dx + ey + f) of the picture before. Pixels are counted from the center of the
 * picture, x to the right and y downwards.
 */
export type Affine = readonly [number, number, number, number, number, number];

export const identity: Affine = [1, 0, 0, 0, 1, 0];

/** First `outer` is asked where a pixel of the result is found, then `inner`, whose picture came before. */
export const compose = ([a, b, c, d, e, f]: Affine, [p, q, r, s, t, u]: Affine): Affine => [
  a * p + b * s,
  a * q + b * t,
  a * r + b * u + c,
  d * p + e * s,
  d * q + e * t,
  d * r + e * u + f,
];
