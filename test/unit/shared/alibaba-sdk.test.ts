import { describe, expect, it } from 'vitest';
import { unwrapDefault } from '../../../src/shared/alibaba-sdk';

class Client {
  readonly name = 'sts';
}

describe('unwrapDefault', () => {
  it('finds the class however deep the module system put it', () => {
    expect(unwrapDefault(Client)).toBe(Client);
    expect(unwrapDefault<unknown>({ default: Client })).toBe(Client);
    expect(unwrapDefault<unknown>({ default: { default: Client } })).toBe(Client);
  });

  it('ends on a module that is its own default', () => {
    const module: { default?: unknown } = {};
    module.default = module;
    expect(unwrapDefault(module)).toBe(module);
  });
});
