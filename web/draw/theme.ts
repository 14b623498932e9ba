import type { Rgb } from './raster.ts';

/** The colors of the page as numbers; they change with the scheme of the system. */
export interface Theme {
  readonly ink: Rgb;
  readonly soft: Rgb;
  readonly grey: Rgb;
  readonly line: Rgb;
  readonly wash: Rgb;
  readonly paper: Rgb;
  readonly blue: Rgb;
  readonly orange: Rgb;
  /** From the best value to the worst: one direction in lightness, so that it reads in grey as well. */
  readonly ramp: readonly Rgb[];
}

/** Colors in a ramp. */
export const shades = 64;
const dark = matchMedia('(prefers-color-scheme: dark)');
const stops = {
  light: ['#0a2a66', '#0b66a5', '#2597ab', '#6cb58f', '#c2b74e'],
  dark: ['#fff3b8', '#9fdcb0', '#46b0c4', '#2f7bb8', '#3d4a86'],
};

const numbersOf = (hex: string): Rgb =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
export const css = ([r, g, b]: Rgb, alpha = 1): string =>
  `rgb(${Math.round(r)} ${Math.round(g)} ${Math.round(b)} / ${alpha})`;

function between(colors: readonly Rgb[], share: number): Rgb {
  const place = share * (colors.length - 1);
  const i = Math.min(colors.length - 2, Math.floor(place));
  return colors[i].map((from, k) => from + (colors[i + 1][k] - from) * (place - i)) as unknown as Rgb;
}

export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => numbersOf(style.getPropertyValue(`--${name}`).trim());
  const colors = stops[dark.matches ? 'dark' : 'light'].map(numbersOf);
  const names = ['ink', 'soft', 'grey', 'line', 'wash', 'paper', 'blue', 'orange'] as const;
  return {
    ...(Object.fromEntries(names.map((name) => [name, color(name)])) as Record<(typeof names)[number], Rgb>),
    ramp: Array.from({ length: shades }, (_, i) => between(colors, i / (shades - 1))),
  };
}

/** @returns how to stop listening */
export function onThemeChange(then: () => void): () => void {
  dark.addEventListener('change', then);
  return () => dark.removeEventListener('change', then);
}
