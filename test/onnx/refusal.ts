import { expect } from 'vitest';
import { WellfitError } from '../../src/base/index.ts';
import { decode } from '../../src/onnx/index.ts';

export const accepted = 'read without complaint';

/** What `decode` says against a model, or `accepted`. Anything but a WellfitError fails the test. */
export function refusal(model: Uint8Array): string {
  try {
    decode(model);
  } catch (error) {
    expect(error).toBeInstanceOf(WellfitError);
    return (error as WellfitError).message;
  }
  return accepted;
}
