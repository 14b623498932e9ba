export { type ProcessWorker, processWorkers } from './pool.ts';
