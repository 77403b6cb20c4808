/** What rests on a durable fact waits until the fact is durable. */
import { describe, expect, it } from 'vitest';
import { success } from '../../../src/shared/faults';
import { Desk, initiated, MIB, no, OURS, part, partSent, put, stored, UPLOAD, work } from './reducer-driver';

const LARGE = 17 * MIB;

describe('nothing goes before its record', () => {
  it('no Initiate before its mark, no part before its UploadId', () => {
    const desk = Desk.with(work(1, LARGE));
    expect(desk.wrote('initiating')).toBe(true);
    expect(desk.asked).toEqual([]);
    desk.persist();
    expect(desk.asked).toEqual(['initiate']);
    desk.answer('initiate', initiated);
    expect(desk.wrote('upload-created')).toBe(true);
    expect(desk.asked).toEqual([]);
    desk.wait(10_000);
    expect(desk.asked).toEqual([]);
    desk.persist();
    expect(desk.asked).toContain('part');
  });

  it('no Initiate later than its mark, whatever is learned of the clocks in between (P4)', () => {
    const desk = Desk.with(work(1, LARGE), work(2, 10));
    const marks = (): number[] =>
      desk.records.flatMap((record) => (record.kind === 'initiating' ? [record.atServer] : []));
    // A signature may be a quarter of an hour off: so far back may the server's clock be.
    expect(marks()).toEqual([desk.at - 15 * 60_000]);
    desk.answer('put', put(stored(OURS)), -3_600_000);
    desk.persist();
    expect(desk.asked).toEqual([]);
    expect(marks()[1]).toBe(desk.at - 3_600_000 - 15 * 60_000);
    desk.persist();
    expect(desk.asked).toEqual(['initiate']);
  });

  it('no Complete before the row of the last part, found or sent', () => {
    const parts = Array.from({ length: 16 }, (_, index) => part(index + 1));
    const checkpoint = { uploadId: UPLOAD, partSizeBytes: MIB, parts };
    const desk = Desk.with(work(1, LARGE, { checkpoint }));
    desk.answer('list-parts', success(parts));
    desk.answer('part', partSent(17));
    expect(desk.asked).toEqual([]);
    desk.persist();
    expect(desk.asked).toEqual(['complete']);
    const adopted = Desk.with(work(1, LARGE, { checkpoint }));
    adopted.answer('list-parts', success([...parts, part(17)]));
    adopted.answer('adopt', success({ crc64: OURS, md5: 'E17' }), null);
    expect(adopted.asked).toEqual([]);
    adopted.persist();
    expect(adopted.asked).toEqual(['complete']);
  });

  it('no Complete before that where the list is forbidden either', () => {
    const desk = Desk.with(work(1, LARGE));
    desk.persist();
    desk.answer('initiate', initiated);
    desk.persist();
    for (let number = 1; number < 17; number += 1) desk.answer('part', partSent(1));
    desk.answer('part', partSent(1));
    desk.persist();
    desk.answer('complete', no('server-refused', { ossCode: 'InvalidPart' }));
    desk.answer('list-parts', no('no-permission'));
    expect(desk.asked).toEqual(['complete']);
  });

  it('no end is told before it is kept', () => {
    const desk = Desk.with(work(1, 10));
    desk.answer('put', put(stored(OURS)));
    expect(desk.wrote('ended')).toBe(true);
    expect(desk.ends).toEqual([]);
    desk.send({ kind: 'persisted', seq: desk.state.nextSeq - 2 });
    expect(desk.ends).toEqual([]);
    desk.persist();
    expect(desk.ends).toHaveLength(1);
    expect(desk.state.items.size).toBe(0);
    expect(desk.home.live).toBe(0);
  });

  it('nothing new begins while the store cannot write', () => {
    const desk = Desk.with();
    desk.send({ kind: 'store-trouble', fault: { code: 'disk-full', message: 'Full.' } });
    desk.load([work(1, 10)]);
    expect(desk.asked).toEqual([]);
    desk.send({ kind: 'store-trouble', fault: null });
    expect(desk.asked).toEqual(['put']);
  });
});

describe('a stop', () => {
  it('cuts off what is on its way and ends nothing', () => {
    const desk = Desk.with(work(1, 10), work(2, LARGE));
    desk.persist();
    const written = desk.records.length;
    desk.send({ kind: 'stop' });
    expect(desk.of('cancel')).toHaveLength(2);
    desk.answer('put', put(no('canceled')), null);
    desk.answer('initiate', no('canceled'), null);
    expect(desk.records).toHaveLength(written);
    expect(desk.state.requests.size).toBe(0);
    expect(desk.effects).toEqual([]);
  });

  it('keeps the leftover whose abort it cuts off, and the part that still arrived', () => {
    const desk = Desk.with();
    const leftovers = [
      {
        itemId: work(1, 0).itemId,
        destinationId: work(1, 0).destinationId,
        key: work(1, 0).key,
        uploadId: UPLOAD,
      },
    ];
    desk.send({ kind: 'recovered', recovered: { destinationIds: [], unfinishedScans: [], leftovers } });
    desk.send({ kind: 'stop' });
    desk.answer('abort', no('canceled'), null);
    expect(desk.records).toEqual([]);
    const sending = Desk.with(
      work(1, LARGE, { checkpoint: { uploadId: UPLOAD, partSizeBytes: MIB, parts: [] } }),
    );
    sending.answer('list-parts', success([]));
    sending.send({ kind: 'stop' });
    sending.answer('part', partSent(1));
    expect(sending.wrote('part-stored')).toBe(true);
  });
});
