/**
 * 64 bits over numbers and texts, in two lanes of 32 bits. Each lane is a bijection of what it held for every word, so that one changed word
 * always changes both. It finds accidents, not attacks: a cryptographic hash exists in browsers only asynchronously, and is slower.
 */
export class Hash {
  private a = 0x9e3779b9 | 0;
  private b = 0x243f6a88 | 0;

  bytes({ buffer, byteOffset, byteLength }: ArrayBufferView): this {
    const whole = byteLength >>> 2;
    const aligned = byteOffset % 4 === 0;
    for (let at = 0; at < whole; at += block) {
      const count = Math.min(block, whole - at);
      const start = byteOffset + 4 * at;
      // What does not lie in whole words is brought there, a block at a time.
      this.words(new Int32Array(aligned ? buffer : buffer.slice(start, start + 4 * count), aligned ? start : 0, count));
    }
    const rest = new Uint8Array(buffer, byteOffset + 4 * whole, byteLength - 4 * whole);
    const last = new Uint8Array(8);
    last.set(rest);
    return this.words(new Int32Array(last.buffer)).words(
      Int32Array.of(byteLength | 0, Math.floor(byteLength / 2 ** 32)),
    );
  }

  text(text: string): this {
    return this.bytes(new TextEncoder().encode(text));
  }

  /** 16 digits. */
  get hex(): string {
    return [mix(this.a ^ Math.imul(this.b, 0x85ebca77)), mix(this.b)]
      .map((lane) => (lane >>> 0).toString(16).padStart(8, '0'))
      .join('');
  }

  private words(words: Int32Array): this {
    let { a, b } = this;
    for (let i = 0; i < words.length; i++) {
      const word = words[i];
      a = Math.imul(((a << 13) | (a >>> 19)) ^ word, 0x21f0aaad);
      b = Math.imul((b ^ (b >>> 15)) + word, 0x735a2d97);
    }
    this.a = a;
    this.b = b;
    return this;
  }
}

/** Words in one block, so that a copy stays small. */
const block = 1 << 20;

function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}
