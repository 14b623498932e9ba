import { constant } from './constant.ts';
import { cosine } from './cosine.ts';

/** Every schedule of the learning rate. To add one: a file beside these, and a line here. */
export const schedules = { constant, cosine };

export type ScheduleName = keyof typeof schedules;
