/** Avalanches 32 bits: every input bit reaches every output bit (C. Wellons, hash-prospector, "lowbias32"). */
function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) | 0;
}

/** The i-th of a fixed sequence of random 32-bit numbers. */
export const mixed = (i: number): number => mix(mix((i + 0x3c6ef372) | 0) ^ 0x1b873593);

/** One signed 32-bit key from several integers; the order of the parts matters. */
export function hash(...parts: number[]): number {
  let h = 0x9e3779b9 | 0;
  for (const part of parts) h = mix(Math.imul(h, 0x01000193) ^ mix((part + 0x7f4a7c15) | 0));
  return h;
}

/** A number for a name, so that a layer's random stream depends on what it is called, not on where it stands. */
export function hashText(text: string): number {
  let h = 0;
  for (let i = 0; i < text.length; i++) h = mix(Math.imul(h, 31) + text.charCodeAt(i));
  return h;
}

/** Counter-based random numbers: draw i of a stream depends on (key, i) alone, so nothing has to be saved to resume it. */
export class Random {
  private readonly low: number;
  private readonly high: number;
  private counter = 0;

  constructor(...key: number[]) {
    this.low = hash(1, ...key);
    this.high = hash(2, ...key);
  }

  /** 32 random bits as a signed integer. */
  bits(): number {
    const i = this.counter++;
    return mix(mix(i ^ this.low) + Math.imul(i, 0x9e3779b1) + this.high);
  }

  /** Uniform in [0, 1) with 53 bits. */
  uniform(): number {
    const high = this.bits() >>> 5;
    const low = this.bits() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** Standard normal (Box and Muller 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Uniform integer in [0, n). */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Shuffles in place (Fisher and Yates). */
  shuffle<T extends { length: number; [i: number]: number }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = items[i];
      items[i] = items[j];
      items[j] = held;
    }
    return items;
  }
}
