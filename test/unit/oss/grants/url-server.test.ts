import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UrlServer } from '../../../../src/oss/grants/url-server';
import { success } from '../../../../src/shared/faults';
import { startScriptedServer, type ScriptedServer } from '../scripted-server';

let server: ScriptedServer;
let bearer: string | null = null;

beforeEach(async () => {
  server = await startScriptedServer();
  bearer = 'b-1';
});
afterEach(() => server.close());

const open = (): UrlServer =>
  new UrlServer({
    url: `${server.url}/sign_upload_url`,
    bearer: () => Promise.resolve(success(bearer)),
    now: () => Date.now(),
  });
const question = (key: string) => ({ operation: 'PutObject', key, sizeBytes: 1, headers: {} }) as const;
const answer = (status: number, body: unknown): void =>
  server.script(({ request, response }) => {
    request.resume();
    request.on('end', () => response.writeHead(status).end(JSON.stringify(body)));
  });
const signed = {
  expiration: '2099-01-01T00:00:00Z',
  requests: [{ method: 'PUT', url: 'https://oss.example.com/a', headers: {} }],
};

describe('the server that signs', () => {
  it('is asked again and again over one connection, for every small file is a question', async () => {
    const urls = open();
    for (let count = 0; count < 20; count += 1) {
      answer(200, signed);
      expect(await urls.ask(question(`k${count}`), false)).toMatchObject({ ok: true });
    }
    expect(server.received).toHaveLength(20);
    expect(server.connections()).toBe(1);
  });

  it('is asked over few connections at once', async () => {
    const urls = open();
    for (let count = 0; count < 40; count += 1) answer(200, signed);
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, count) => urls.ask(question(`k${count}`), false)),
    );
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(server.connections()).toBeLessThanOrEqual(8);
  });

  const refuse = (): void => answer(401, { error: { code: 'Unauthorized', message: '' } });

  it('that refused us is asked again with another bearer token', async () => {
    const urls = open();
    refuse();
    const refused = await urls.ask(question('k'), false);
    expect(refused).toMatchObject({ ok: false, fault: { code: 'token-refused' } });
    bearer = 'b-2';
    expect(await urls.grant(false)).toMatchObject({ ok: true, value: { kind: 'signed-url' } });
  });

  it('that refused us is asked again with the same token when someone says so: rights may have been given', async () => {
    const urls = open();
    await urls.grant(false);
    for (let count = 0; count < 2; count += 1) {
      refuse();
      const refused = await urls.ask(question('k'), false);
      expect(await urls.grant(true)).toEqual(refused);
      expect(await urls.grant(true)).toMatchObject({ ok: true });
    }
  });

  it('whose refusal comes late says nothing of what was asked for since', async () => {
    const urls = open();
    let refuseLate: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) =>
      server.script(({ request, response }) => {
        request.resume();
        refuseLate = () => response.writeHead(401).end();
        resolve();
      }),
    );
    const early = urls.ask(question('k1'), false);
    await arrived;
    refuse();
    await urls.ask(question('k2'), false);
    expect(await urls.grant(true)).toMatchObject({ ok: false });
    refuseLate();
    expect(await early).toMatchObject({ fault: { code: 'token-refused' } });
    expect(await urls.grant(true)).toMatchObject({ ok: true });
  });
});
