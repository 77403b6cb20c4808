/** The rule that looks before it sends, on the whole engine; the detector is one that answers when it is told to. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Detector, FacesChange, LocalFaces } from '../../../src/shared/faces';
import { failure, fault, success, type Outcome } from '../../../src/shared/faults';
import { itemIdAt, type BatchId } from '../../../src/shared/ids';
import { answerFaces, type FacesCall } from '../../../src/host/faces/faces-calls';
import { endOf, MIB, World, type TestFerry } from './harness';

const SAMPLE = readFileSync(new URL('../../fixtures/detect-image-faces.json', import.meta.url), 'utf8');

async function inWorld(judge: (world: World) => Promise<void>): Promise<void> {
  const world = await World.create();
  try {
    await judge(world);
  } finally {
    await world.stop();
  }
}

const seen = (count: number): Outcome<LocalFaces> =>
  success({
    image: { width: 100, height: 80 },
    faces: Array.from({ length: count }, () => ({
      Boundary: { Left: 1, Top: 1, Width: 9, Height: 9 },
    })) as never,
    milliseconds: 3,
  });

/** So many faces as the number in the file's name says; `x` for one that cannot be read. */
const byName: Detector = {
  detect: (path) => {
    const [, number] = /(\d|x)\.\w+$/.exec(path) ?? [];
    return Promise.resolve(
      number === 'x' ? failure(fault('picture-unreadable', 'It is damaged.')) : seen(Number(number)),
    );
  },
};

const rule = (ingest: Record<string, unknown>) => ({ faces: { ingest } });
const call = async (ferry: TestFerry, name: FacesCall, input: unknown): Promise<unknown> => {
  const answer = await answerFaces(ferry.ferry, name, input as never);
  if (!answer.ok) throw new Error(answer.fault.message);
  return answer.value;
};

describe.concurrent('a rule that looks before it sends', () => {
  it('tags objects and sends pictures with faces elsewhere; all else goes as usual, and idle waits for it', () =>
    inWorld(async (world) => {
      for (const name of ['people2.jpg', 'none0.png', 'broken-x.webp', 'notes.txt'])
        await world.write(`tree/${name}`, 1_000);
      await world.write('tree/film1.gif', 20 * MIB);
      const ferry = await world.ferry({
        profile: rule({ tag: true, prefix: 'uploads/people/' }),
        faces: { detector: byName },
      });
      const ended = await ferry.upload('tree');
      expect([...ended.keys()].sort()).toEqual([
        'uploads/people/tree/film1.gif',
        'uploads/people/tree/people2.jpg',
        'uploads/tree/broken-x.webp',
        'uploads/tree/none0.png',
        'uploads/tree/notes.txt',
      ]);
      expect([...ended.values()].map(endOf)).toEqual(Array.from({ length: 5 }, () => 'done'));
      expect(await world.tags('uploads/people/tree/people2.jpg')).toEqual({ faces: '2' });
      expect(await world.tags('uploads/people/tree/film1.gif')).toEqual({ faces: '1' });
      expect(await world.tags('uploads/tree/none0.png')).toEqual({ faces: '0' });
      expect(await world.tags('uploads/tree/broken-x.webp')).toEqual({});
    }));

  it('what it decided is told before the first byte moves, and files that are no pictures do not wait', () =>
    inWorld(async (world) => {
      await world.write('tree/a1.jpg', 1_000);
      await world.write('tree/notes.txt', 1_000);
      let answer: (outcome: Outcome<LocalFaces>) => void = () => {};
      const detector = {
        detect: () => new Promise<Outcome<LocalFaces>>((resolve) => (answer = resolve)),
      };
      let sentWhenTold: number | null = null;
      const ferry = await world.ferry({
        profile: rule({ tag: true }),
        faces: {
          detector,
          onChange: (change: FacesChange) => {
            if (change.counts.with === 1) sentWhenTold ??= ferry.ferry.runner.sent.bytes;
          },
        },
      });
      const batchId = await ferry.add('tree');
      await ferry.until(() => ferry.ended.length === 1);
      expect(ferry.ended[0]?.key).toBe('uploads/tree/notes.txt');
      expect(ferry.ferry.view.items(batchId, 0, 9)).toMatchObject({
        value: { rows: [{ name: 'a1.jpg', state: { kind: 'scanned' } }, { state: { kind: 'done' } }] },
      });
      answer(seen(1));
      await ferry.idle();
      expect(sentWhenTold).toBe(1_000);
      expect(ferry.ferry.runner.sent.bytes).toBe(2_000);
    }));

  it('asks, and goes on with the answer', () =>
    inWorld(async (world) => {
      for (const name of ['a1.jpg', 'b3.jpg', 'c2.jpg', 'd0.jpg']) await world.write(`tree/${name}`, 1_000);
      const ferry = await world.ferry({
        profile: rule({ ask: true, tag: true, prefix: 'uploads/people/' }),
        faces: { detector: byName },
      });
      const batchId = await ferry.add('tree');
      await ferry.idle();
      expect(ferry.ended.map(({ key }) => key)).toEqual(['uploads/tree/d0.jpg']);
      const [a, b, c] = [1, 2, 3].map((position) => itemIdAt(batchId, position));
      expect(await call(ferry, 'faces.detail', { itemId: b })).toMatchObject({
        state: { kind: 'paused', why: 'faces' },
        decision: { faces: 3, asks: true, tag: 'faces=3', key: 'uploads/people/tree/b3.jpg' },
        immRefusal: 'no-project',
        local: { state: { kind: 'found' }, image: { width: 100, height: 80 } },
      });
      expect(
        await call(ferry, 'faces.page', { batchId, filter: 'asking', offset: 0, limit: 9 }),
      ).toMatchObject({
        total: 3,
        rows: [{ asks: true, faces: 1, url: `app://ferry/picture/${a}/face/local/0?edge=160` }, {}, {}],
      });
      expect(await call(ferry, 'faces.decide', { itemIds: [a], how: 'as-usual' })).toEqual({ affected: 1 });
      await ferry.ferry.runner.command('resume', { kind: 'items', itemIds: [b!] });
      await ferry.ferry.runner.command('cancel', { kind: 'items', itemIds: [c!] });
      await ferry.idle();
      await ferry.until(() => ferry.ended.length === 3);
      expect([...(await world.objects()).keys()].sort()).toEqual([
        'uploads/people/tree/b3.jpg',
        'uploads/tree/a1.jpg',
        'uploads/tree/d0.jpg',
      ]);
      expect(await world.tags('uploads/tree/a1.jpg')).toEqual({});
      expect(await world.tags('uploads/people/tree/b3.jpg')).toEqual({ faces: '3' });
    }));

  it('looks at them again after the engine was stopped in the middle', () =>
    inWorld(async (world) => {
      for (const name of ['a1.jpg', 'b0.jpg']) await world.write(`tree/${name}`, 1_000);
      const profile = rule({ tag: true });
      const never = { detect: () => new Promise<Outcome<LocalFaces>>(() => {}) };
      const first = await world.ferry({ profile, faces: { detector: never } });
      await first.add('tree');
      await first.until(() => first.ferry.runner.state.heldByRules === 2);
      await first.close();
      const second = await world.ferry({ profile, faces: { detector: byName } });
      const ended = await second.idle();
      expect([...ended.values()].map(endOf)).toEqual(['done', 'done']);
      expect(await world.tags('uploads/tree/a1.jpg')).toEqual({ faces: '1' });
    }));
});

/** An IMM that says what it is told; the sandbox's own looks into real pictures. */
async function scriptedImm(answers: (readonly [status: number, body: string])[]): Promise<{
  readonly url: string;
  readonly server: Server;
  readonly asked: string[];
}> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://imm').searchParams.get('SourceURI') ?? '');
    const [status, body] = answers.shift() ?? [200, SAMPLE];
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, asked };
}

const refusal = (Code: string, Message = ''): string =>
  JSON.stringify({ Code, Message, RequestId: 'REQUEST-1' });
const immOf = (ferry: TestFerry, batchId: BatchId, position: number) =>
  call(ferry, 'faces.detail', { itemId: itemIdAt(batchId, position) });

describe.concurrent('IMM after an upload', () => {
  const after = async (
    answers: (readonly [status: number, body: string])[],
    judge: (ferry: TestFerry, batchId: BatchId, asked: readonly string[], world: World) => Promise<void>,
    detect = 'after-upload',
  ): Promise<void> =>
    inWorld(async (world) => {
      const imm = await scriptedImm(answers);
      try {
        await world.write('tree/a.jpg', 1_000);
        await world.write('tree/notes.txt', 1_000);
        let answered: () => void = () => {};
        const told = new Promise<void>((resolve) => (answered = resolve));
        const ferry = await world.ferry({
          profile: { imm: { project: 'people', endpoint: imm.url }, faces: { detect, perSecond: 50 } },
          faces: {
            onChange: ({ counts }) => {
              if (counts.all > 0 && counts.waiting === 0) answered();
            },
          },
        });
        const batchId = await ferry.add('tree');
        await ferry.idle();
        if (detect === 'after-upload') await told;
        await judge(ferry, batchId, imm.asked, world);
        expect(ferry.ended.map(endOf)).toEqual(['done', 'done']);
      } finally {
        imm.server.close();
        imm.server.closeAllConnections();
      }
    });

  it('is asked about pictures alone, with the credentials of the destination', () =>
    after([], async (ferry, batchId, asked) => {
      expect(asked).toEqual(['oss://sandbox/uploads/tree/a.jpg']);
      expect(await immOf(ferry, batchId, 1)).toMatchObject({
        imm: { state: { kind: 'found' }, project: 'people', raw: SAMPLE, faces: [{ Age: 45 }] },
        immRefusal: null,
      });
      expect(await immOf(ferry, batchId, 2)).toMatchObject({ imm: null, immRefusal: 'no-picture' });
      expect(await call(ferry, 'faces.batches', {})).toMatchObject({
        batches: [{ batchId, counts: { all: 1, with: 1 } }],
      });
      expect(await call(ferry, 'faces.clear', { scope: { kind: 'all' } })).toEqual({ cleared: 1 });
      expect(await immOf(ferry, batchId, 1)).toMatchObject({ imm: null });
      expect(await call(ferry, 'faces.ask', { source: 'imm', scope: { kind: 'all' } })).toEqual({
        queued: 1,
        refused: 1,
      });
    }));

  it('throttled, unreachable and with a token that it does not take it is asked again', () =>
    after(
      [
        [400, refusal('Throttling.User')],
        [502, '<html>Bad Gateway</html>'],
        [403, refusal('InvalidSecurityToken.Expired')],
      ],
      async (ferry, batchId, asked) => {
        expect(asked).toHaveLength(4);
        expect(await immOf(ferry, batchId, 1)).toMatchObject({ imm: { state: { kind: 'found' } } });
      },
    ));

  for (const [name, status, body, code] of [
    [
      'wrong project',
      400,
      refusal('ResourceNotFound', 'The specified resource project is not found.'),
      'imm-project-missing',
    ],
    ['no permission', 403, refusal('NoPermission'), 'imm-no-permission'],
    [
      'an object that was deleted meanwhile',
      404,
      refusal('ResourceNotFound', 'The object is not found.'),
      'object-gone',
    ],
  ] as const)
    it(`${name}: said in words, the upload stays done`, () =>
      after([[status, body]], async (ferry, batchId) => {
        expect(await immOf(ferry, batchId, 1)).toMatchObject({
          state: { kind: 'done' },
          imm: { state: { kind: 'failed', fault: { code, requestId: 'REQUEST-1' } } },
        });
      }));

  it('is not asked before the user turns it on', () =>
    after(
      [],
      async (ferry, _batchId, asked) => {
        expect(await call(ferry, 'faces.batches', {})).toMatchObject({ batches: [] });
        expect(asked).toEqual([]);
      },
      'off',
    ));
});
