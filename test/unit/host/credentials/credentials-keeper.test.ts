import { describe, expect, it } from 'vitest';
import { CredentialsKeeper } from '../../../../src/host/credentials/credentials-keeper';
import { failure, fault, success } from '../../../../src/shared/faults';
import type { DestinationId } from '../../../../src/shared/ids';

const home = 'home' as DestinationId;
const away = 'away' as DestinationId;

function keeper(): { keeper: CredentialsKeeper; asked: [string, boolean][] } {
  const asked: [string, boolean][] = [];
  const made = new CredentialsKeeper(
    (destinationId, fresh) => {
      asked.push([destinationId, fresh]);
      const accessKeyId = `${destinationId}-${asked.length}`;
      return Promise.resolve(
        success({ accessKeyId, accessKeySecret: 'hush', securityToken: 'hush', expiresAtServer: 5 }),
      );
    },
    (destinationId) => destinationId === away,
  );
  return { keeper: made, asked };
}

describe('the keeper of credentials', () => {
  it('gives the engine a number and never a secret', async () => {
    const { keeper: made, asked } = keeper();
    const note = await made.ask(home, true);
    expect(note).toEqual(success({ generation: 1, expiresAtServer: 5, way: 'requests', callsBack: false }));
    expect(JSON.stringify(note)).not.toContain('hush');
    expect(asked).toEqual([[home, true]]);
    expect(made.credentials(home, 1)).toMatchObject({ accessKeyId: 'home-1' });
  });

  it('keeps the ones before for requests on their way, and not for good', async () => {
    const { keeper: made } = keeper();
    for (let count = 0; count < 6; count += 1) await made.ask(home, false);
    expect(made.credentials(home, 6)).toMatchObject({ accessKeyId: 'home-6' });
    expect(made.credentials(home, 3)).toMatchObject({ accessKeyId: 'home-3' });
    expect(made.credentials(home, 2)).toBeNull();
  });

  it('never signs for one destination with the credentials of another', async () => {
    const { keeper: made } = keeper();
    await made.ask(home, false);
    expect(await made.ask(away, false)).toMatchObject({ value: { callsBack: true } });
    expect(made.credentials(away, 1)).toBeNull();
    expect(made.credentials(home, 2)).toBeNull();
    expect(made.credentials(away, 2)).toMatchObject({ accessKeyId: 'away-2' });
  });

  it('hands a fault on and keeps what it has', async () => {
    const made = new CredentialsKeeper(
      () => Promise.resolve(failure(fault('token-refused', 'No.'))),
      () => false,
    );
    expect(await made.ask(home, false)).toMatchObject({ ok: false, fault: { code: 'token-refused' } });
    expect(made.credentials(home, 1)).toBeNull();
  });
});
