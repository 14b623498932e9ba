import { type Engine, onnxRuntimeEngine } from '../../src/engine/index.ts';

/** An engine that counts what it compiles, calls and lets go. */
export function counting(inner: Engine = onnxRuntimeEngine({ threads: 1 })) {
  const counts = { compiled: 0, calls: 0, released: 0 };
  const engine: Engine = {
    ...inner,
    async compile(graph, options) {
      counts.compiled++;
      const program = await inner.compile(graph, options);
      return {
        run(memory, feeds) {
          counts.calls++;
          return program.run(memory, feeds);
        },
        async release() {
          counts.released++;
          await program.release();
        },
      };
    },
  };
  return { engine, counts };
}
