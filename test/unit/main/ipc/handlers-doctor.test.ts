import { expect, it } from 'vitest';
import { doctorHandlers } from '../../../../src/main/ipc/handlers-doctor';
import { success } from '../../../../src/shared/faults';
import type { DestinationId } from '../../../../src/shared/ids';
import { profileSchema } from '../../../../src/shared/profile';
import { doctorDesk } from '../../../contract/ipc-samples';

const destinationId = 'one' as DestinationId;
const profile = profileSchema.parse({
  name: 'Media',
  region: 'cn-hangzhou',
  bucket: 'team-media',
  authorization: { kind: 'temporary' },
});

it('a destination is checked, the check stopped, and what it found told', async () => {
  const heard: unknown[] = [];
  const find = (id: DestinationId) => (id === destinationId ? { destinationId, profile } : undefined);
  const handlers = doctorHandlers({ doctor: doctorDesk(heard), find });
  expect(await handlers['doctor.start']({ destinationId })).toEqual(success({ runId: 1 }));
  expect(await handlers['doctor.stop']({ runId: 1 })).toEqual(success({}));
  expect(await handlers['doctor.report']({ runId: 1 })).toEqual(success({ text: 'a report' }));
  expect(await handlers['doctor.report']({ runId: 2 })).toMatchObject({ fault: { code: 'invalid-input' } });
  const unknown = 'two' as DestinationId;
  expect(await handlers['doctor.start']({ destinationId: unknown })).toMatchObject({ ok: false });
  expect(heard).toEqual([
    { name: 'doctor.start', destinationId },
    { name: 'doctor.stop', runId: 1 },
  ]);
});
