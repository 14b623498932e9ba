import { encode } from '../onnx/index.ts';
import type { Engine, Program } from './engine.ts';

/** Programs that are kept though nobody uses them. */
const mostIdle = 24;

interface Kept {
  readonly model: Uint8Array;
  readonly program: Promise<Program>;
  users: number;
}

/**
 * An engine that compiles the same graph once: trainings one after the other that differ only in numbers they are fed (learning rate, decay, seed,
 * first weights) share their programs. Those that were not used for longest are let go.
 */
export function sharedEngine(engine: Engine): Engine {
  // In the order of their last use.
  const kept = new Map<string, Kept>();
  const letGo = async () => {
    const idle = [...kept].filter(([, { users }]) => users === 0);
    const oldest = idle.slice(0, Math.max(0, idle.length - mostIdle));
    // Before anything is waited for, so that nobody is given what is let go.
    for (const [key] of oldest) kept.delete(key);
    for (const [, { program }] of oldest) await (await program).release();
  };
  return {
    name: engine.name,
    memory: () => engine.memory(),
    async compile(graph, options = {}) {
      const model = encode(graph);
      const key = `${keyOf(model)} ${options.repeated ?? false}`;
      const known = kept.get(key);
      const same = known && sameBytes(known.model, model);
      // Two graphs with one key are as good as never seen; the second one is then not shared.
      if (known && !same) return engine.compile(graph, options);
      const entry = known ?? { model, program: engine.compile(graph, options), users: 0 };
      kept.delete(key);
      kept.set(key, entry);
      entry.users++;
      let released = false;
      try {
        const program = await entry.program;
        return {
          run: (memory, feeds) => program.run(memory, feeds),
          async release() {
            if (released) return;
            released = true;
            entry.users--;
            await letGo();
          },
        };
      } catch (error) {
        kept.delete(key);
        throw error;
      }
    },
  };
}

/** Length and a 32-bit hash (FNV-1a). */
function keyOf(bytes: Uint8Array): string {
  let h = 0x811c9dc5;
  for (const byte of bytes) h = Math.imul(h ^ byte, 0x01000193);
  return `${bytes.length}:${h}`;
}

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
