import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import * as net from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Body } from '../../../../src/engine/ports';
import type { WireRequest } from '../../../../src/oss/wire/exchange';
import { createTransport, type Transport } from '../../../../src/oss/wire/transport';
import {
  answerWith,
  bodyReceived,
  createCancel,
  reusedBufferBody,
  startScriptedServer,
  type ScriptedServer,
} from '../scripted-server';

let server: ScriptedServer;
let transport: Transport;

beforeEach(async () => {
  server = await startScriptedServer();
  transport = createTransport({ connections: 4, now: () => Date.now(), stallMs: 500 });
});
afterEach(async () => {
  transport.close();
  await server.close();
});

function requestOf(more: Partial<WireRequest> = {}): WireRequest {
  const host = `127.0.0.1:${server.port}`;
  return {
    method: 'GET',
    origin: { secure: false, hostname: '127.0.0.1', port: server.port, host },
    path: '/',
    headers: {},
    body: null,
    cancel: createCancel(),
    onSent: () => undefined,
    answerLimitBytes: 1024 * 1024,
    patience: 1,
    ...more,
  };
}

const faultCode = async (request: WireRequest): Promise<string> => {
  const outcome = await transport.send(request);
  return outcome.ok ? `answer ${outcome.value.status}` : outcome.fault.code;
};

describe('a body', () => {
  it('arrives byte for byte although its buffer is used again, and is counted', async () => {
    const bytes = randomBytes(3 * 1024 * 1024 + 17);
    const arrived = new Promise<Buffer>((resolve) => {
      server.script((received) => {
        void bodyReceived(received.request).then((body) => {
          resolve(body);
          answerWith(200)(received);
        });
      });
    });
    let sentBytes = 0;
    const request = requestOf({
      method: 'PUT',
      body: reusedBufferBody(bytes, 700_000),
      onSent: (count) => (sentBytes += count),
    });
    const sending = transport.send(request);
    expect((await arrived).equals(bytes)).toBe(true);
    server.received[0]!.socket.end();
    await sending;
    expect(sentBytes).toBe(bytes.length);
    expect(server.received[0]!.headers['content-length']).toBe(String(bytes.length));
    expect(server.received[0]!.headers['transfer-encoding']).toBeUndefined();
  });

  it('of no bytes has Content-Length 0 and is not asked for chunks', async () => {
    server.script(answerWith(200));
    const body = reusedBufferBody(new Uint8Array(0), 10);
    expect(await faultCode(requestOf({ method: 'PUT', body }))).toBe('answer 200');
    expect(server.received[0]!.headers['content-length']).toBe('0');
    expect(server.received[0]!.headers['transfer-encoding']).toBeUndefined();
  });

  it('that is missing from a POST is told as Content-Length 0', async () => {
    server.script(answerWith(200));
    await transport.send(requestOf({ method: 'POST' }));
    expect(server.received[0]!.headers['content-length']).toBe('0');
  });

  it.each([
    ['shorter', 10, 9],
    ['longer', 10, 11],
  ])('that is %s than it said is never sent as a whole', async (_, said, real) => {
    const closed = new Promise((resolve) => {
      server.script(({ request }) => {
        request.on('error', () => undefined);
        request.resume();
        request.on('close', () => resolve(request.complete));
      });
    });
    const body: Body = { ...reusedBufferBody(new Uint8Array(real), 4), sizeBytes: said };
    expect(await faultCode(requestOf({ method: 'PUT', body }))).toBe('source-changed');
    expect(await closed).toBe(false);
  });

  it('that cannot be read ends the request as source-unreadable', async () => {
    server.script(({ request }) => request.on('error', () => undefined).resume());
    const body: Body = {
      sizeBytes: 10,
      async *chunks() {
        yield await Promise.resolve(new Uint8Array(3));
        throw new Error('EIO');
      },
    };
    expect(await faultCode(requestOf({ method: 'PUT', body }))).toBe('source-unreadable');
  });

  it('is asked for its next chunk only when the socket has taken the last one', async () => {
    // The server reads nothing: the buffers of both kernels fill up, and then nobody may be asked any more.
    server.script(({ request }) => request.on('error', () => undefined).pause());
    const body = reusedBufferBody(new Uint8Array(256 * 1024 * 1024), 1024 * 1024);
    expect(await faultCode(requestOf({ method: 'PUT', body }))).toBe('stalled');
    expect(body.asked()).toBeLessThan(64);
  });
});

describe('an answer', () => {
  it('early and negative ends the body and is told as itself', async () => {
    server.script(({ request, response }) => {
      request.on('error', () => undefined);
      request.once('data', () => {
        request.pause();
        response.writeHead(403, { 'Content-Length': 2 }).end('no');
      });
    });
    const body = reusedBufferBody(new Uint8Array(64 * 1024 * 1024), 1024 * 1024);
    const outcome = await transport.send(requestOf({ method: 'PUT', body }));
    expect(outcome).toMatchObject({ ok: true, value: { status: 403, isEarly: true } });
    await body.ended;
    expect(body.asked()).toBeLessThan(64);
    // That connection has half a body on it: it must not be used again, nor stay open.
    const { socket } = server.received[0]!;
    if (!socket.destroyed) await once(socket, 'close');
    server.script(answerWith(200));
    expect(await faultCode(requestOf())).toBe('answer 200');
    expect(server.connections()).toBe(2);
  });

  it.each(['closed', 'reset'])(
    'early and negative is heard although the connection is %s at once',
    async (how) => {
      server.script(({ request, response, socket }) => {
        request.on('error', () => undefined);
        response.writeHead(403, { 'Content-Length': 2 });
        response.end('no', () => (how === 'reset' ? socket.resetAndDestroy() : socket.destroy()));
      });
      const body = reusedBufferBody(new Uint8Array(64 * 1024 * 1024), 1024 * 1024);
      const outcome = await transport.send(requestOf({ method: 'PUT', body }));
      expect(outcome).toMatchObject({ ok: true, value: { status: 403, isEarly: true } });
    },
  );

  it('that is cut off is connection-lost when it was a consent, itself when it was a refusal', async () => {
    const cut = (status: number): void =>
      server.script(({ response, socket }) => {
        response.writeHead(status, { 'Content-Length': 1000 });
        response.write('<Error><Code>AccessDenied</Code>', () => socket.end());
      });
    cut(200);
    expect(await faultCode(requestOf())).toBe('connection-lost');
    cut(403);
    const refused = await transport.send(requestOf());
    expect(refused).toMatchObject({ ok: true, value: { status: 403 } });
  });

  it('longer than its limit is refused without being kept', async () => {
    server.script(({ response }) => {
      response.on('error', () => undefined);
      response.writeHead(200).end(Buffer.alloc(3 * 1024 * 1024));
    });
    expect(await faultCode(requestOf())).toBe('bad-answer');
  });

  it('tells how far the clock of the server is from ours', async () => {
    const date = new Date(Date.now() + 7_200_000).toUTCString();
    server.script(answerWith(200, { Date: date }));
    const outcome = await transport.send(requestOf());
    const offset = outcome.ok ? (outcome.value.clockOffsetMs ?? 0) : 0;
    expect(offset).toBeGreaterThan(7_197_000);
    expect(offset).toBeLessThan(7_200_001);
  });

  it('that is not HTTP is a captive portal', async () => {
    const garbage = net.createServer((socket) => socket.on('error', () => undefined).end('220 smtp\r\n'));
    garbage.listen(0, '127.0.0.1');
    await once(garbage, 'listening');
    const { port } = garbage.address() as net.AddressInfo;
    const origin = { secure: false, hostname: '127.0.0.1', port, host: 'h' };
    expect(await faultCode(requestOf({ origin }))).toBe('captive-portal');
    garbage.close();
  });
});

describe('a connection', () => {
  it('is kept and used again', async () => {
    server.script(answerWith(200));
    server.script(answerWith(200));
    await transport.send(requestOf());
    await transport.send(requestOf());
    expect(server.connections()).toBe(1);
  });

  it('reset in the middle of the body is connection-lost', async () => {
    server.script(({ request, socket }) => {
      request.on('error', () => undefined);
      request.once('data', () => socket.resetAndDestroy());
    });
    const body = reusedBufferBody(new Uint8Array(32 * 1024 * 1024), 1024 * 1024);
    expect(await faultCode(requestOf({ method: 'PUT', body }))).toBe('connection-lost');
  });

  it('that was kept and is dead is replaced once, when nothing was asked of a body', async () => {
    server.script(answerWith(200));
    await transport.send(requestOf());
    server.script(({ socket }) => socket.resetAndDestroy());
    server.script(answerWith(200));
    expect(await faultCode(requestOf())).toBe('answer 200');
    expect(server.received).toHaveLength(3);
  });

  it('that was kept and is dead fails a body, and a POST, which may leave something behind', async () => {
    for (const method of ['PUT', 'POST'] as const) {
      server.script(answerWith(200));
      await transport.send(requestOf());
      server.script(({ socket }) => socket.resetAndDestroy());
      const body = method === 'PUT' ? reusedBufferBody(new Uint8Array(10), 10) : null;
      expect(await faultCode(requestOf({ method, body }))).toBe('connection-lost');
    }
    expect(server.received).toHaveLength(4);
  });

  it('that was kept and dies within an answer is not taken for one that was dead', async () => {
    server.script(answerWith(200));
    await transport.send(requestOf());
    server.script(({ response, socket }) => {
      response.writeHead(200, { 'Content-Length': 10 });
      response.write('x', () => socket.end());
    });
    expect(await faultCode(requestOf())).toBe('connection-lost');
    expect(server.received).toHaveLength(2);
  });

  it('that is new and dies is not tried again', async () => {
    server.script(({ socket }) => socket.resetAndDestroy());
    expect(await faultCode(requestOf())).toBe('connection-lost');
    expect(server.received).toHaveLength(1);
  });

  it('that nobody listens for is network-offline, a name that nobody knows is dns', async () => {
    const origin = { secure: false, hostname: '127.0.0.1', port: 1, host: '127.0.0.1:1' };
    expect(await faultCode(requestOf({ origin }))).toBe('network-offline');
    const named = { secure: false, hostname: 'nowhere.invalid', port: 80, host: 'nowhere.invalid' };
    expect(await faultCode(requestOf({ origin: named }))).toBe('dns');
  });

  it('without trust is a fault of TLS', async () => {
    const origin = { secure: true, hostname: '127.0.0.1', port: server.port, host: 'h' };
    expect(await faultCode(requestOf({ origin }))).toBe('tls');
  });

  it('below .localhost goes to this machine', async () => {
    server.script(answerWith(200));
    const host = `bucket.oss-cn-hangzhou.localhost:${server.port}`;
    const origin = { secure: false, hostname: 'bucket.oss-cn-hangzhou.localhost', port: server.port, host };
    expect(await faultCode(requestOf({ origin }))).toBe('answer 200');
    expect(server.received[0]!.headers.host).toBe(host);
  });

  it('that nobody takes is given up after its own time', async () => {
    transport.close();
    transport = createTransport({
      connections: 1,
      now: () => 0,
      connectTimeoutMs: 50,
      lookup: () => undefined,
    });
    const origin = { secure: false, hostname: 'slow.example', port: 80, host: 'slow.example' };
    expect(await faultCode(requestOf({ origin }))).toBe('network-offline');
  });
});

describe('silence', () => {
  it('kills that request only', async () => {
    server.script(({ request }) => request.resume());
    const silent = faultCode(requestOf());
    server.script(({ request, response }) => {
      request.resume();
      response.writeHead(200);
      let ticks = 0;
      const timer = setInterval(() => {
        response.write('x');
        ticks += 1;
        if (ticks < 12) return;
        clearInterval(timer);
        response.end();
      }, 100);
    });
    const trickling = faultCode(requestOf());
    expect(await silent).toBe('stalled');
    expect(await trickling).toBe('answer 200');
  });

  it('of the file reader is borne: a rate limit is no stall', async () => {
    let ticks = 0;
    server.script(answerWith(200));
    const body: Body = {
      sizeBytes: 2,
      async *chunks() {
        for (; ticks < 2; ticks += 1) {
          await new Promise((resolve) => setTimeout(resolve, 1_200));
          yield new Uint8Array(1);
        }
      },
    };
    expect(await faultCode(requestOf({ method: 'PUT', body }))).toBe('answer 200');
    expect(ticks).toBe(2);
  });

  it('after a slow body still counts', async () => {
    server.script(({ request }) => request.resume());
    const body: Body = {
      sizeBytes: 1,
      async *chunks() {
        await new Promise((resolve) => setTimeout(resolve, 1_200));
        yield new Uint8Array(1);
      },
    };
    expect(await faultCode(requestOf({ method: 'PUT', body }))).toBe('stalled');
  });
});

describe('cancel and close', () => {
  it('cancel ends a request at once, before and after it is sent', async () => {
    expect(await faultCode(requestOf({ cancel: { canceled: true, onCancel: () => undefined } }))).toBe(
      'canceled',
    );
    const cancel = createCancel();
    server.script(() => cancel.cancel());
    expect(await faultCode(requestOf({ cancel }))).toBe('canceled');
  });

  it('cancel does not wait for a file reader that hangs', async () => {
    const cancel = createCancel();
    const body: Body = {
      sizeBytes: 1,
      chunks: () => ({
        [Symbol.asyncIterator]: () => ({ next: () => (cancel.cancel(), new Promise(() => undefined)) }),
      }),
    };
    server.script(() => undefined);
    expect(await faultCode(requestOf({ method: 'PUT', body, cancel }))).toBe('canceled');
  });

  it('close ends what runs as engine-stopped', async () => {
    server.script(() => transport.close());
    expect(await faultCode(requestOf())).toBe('engine-stopped');
  });

  it('a header that cannot be written is a fault and not a throw', async () => {
    expect(await faultCode(requestOf({ headers: { 'X-Bad': 'a\nb' } }))).toBe('internal');
  });
});
