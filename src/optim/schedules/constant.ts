import { z } from '../../base/index.ts';
import { schedule } from './schedule.ts';

/** The same rate throughout. */
export const constant = schedule({ summary: 'the same rate throughout', options: z.strictObject({}), factor: () => 1 });
