import { cpus, platform, release, totalmem } from 'node:os';

/** What the numbers were measured on. */
export const machine = () => ({
  cpu: cpus()[0].model.trim(),
  cores: cpus().length,
  memoryGB: Math.round(totalmem() / 2 ** 30),
  system: `${platform()} ${release().split('-')[0]}`,
  node: process.version,
  date: new Date().toISOString().slice(0, 10),
});

export type Machine = ReturnType<typeof machine>;
