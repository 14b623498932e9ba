// A process that carries out trials: node queueWorker.ts URL VERSION PARALLEL [STUDY].
import { serve } from '../../src/search/queue/index.ts';
import { lease, type Pretence, pretender, say } from './queuePretence.ts';

const [url, version, parallel, study] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
try {
  await serve(url, {
    version,
    parallel: Number(parallel),
    ...(study && { study }),
    lease,
    signal: stop.signal,
    onEvent: say,
    run: (setup, count) =>
      Array.from({ length: count }, (_, i) => pretender(`pretender ${i}`, setup as unknown as Pretence)),
  });
  say({ kind: 'end' });
} catch (error) {
  say({ kind: 'error', message: (error as Error).message });
}
