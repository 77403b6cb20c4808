import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { app, PROFILE } from './ipc-handlers';

describe('destinations for others', () => {
  test('a link and a file hold the profile, and a file that is opened is proposed', async () => {
    const { ask, addDestination, proposed, target } = app();
    const destinationId = await addDestination();
    const link = await ask('destinations.link', { destinationId });
    expect(link).toMatchObject({ ok: true, value: { link: expect.stringMatching(/^ossferry:/) as string } });
    expect(await ask('destinations.export', { destinationId })).toEqual({
      ok: true,
      value: { file: 'shared.json' },
    });
    expect(JSON.parse(readFileSync(target, 'utf8'))).toMatchObject(PROFILE);
    expect(await ask('destinations.import', {})).toEqual({ ok: true, value: { chosen: true } });
    const proposal = { origin: 'file', found: { kind: 'destination', profile: PROFILE } };
    expect(proposed).toMatchObject([proposal]);
    expect(await ask('destinations.proposal', {})).toMatchObject({ value: proposal });
    // Nothing was added by that.
    expect(await ask('destinations.list', {})).toMatchObject({ value: [{ destinationId }] });
    await ask('destinations.dismiss', {});
    expect(await ask('destinations.proposal', {})).toEqual({ ok: true, value: null });
  });

  test.each(['destinations.link', 'destinations.export'] as const)('%s of one that is gone', async (name) => {
    expect(await app().ask(name, { destinationId: 'gone' })).toMatchObject({
      ok: false,
      fault: { code: 'invalid-input', message: 'This destination no longer exists.' },
    });
  });
});
