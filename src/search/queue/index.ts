export { type Queue, type QueueEvent, type QueueOptions, queueWorkers } from './coordinator.ts';
export { type ServeEvent, type ServeOptions, serve } from './serve.ts';
