import { mkdtempSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { profileLink, profileText } from '../../../../src/host/destinations/share-profile';
import { linkAmong, Proposals } from '../../../../src/main/settings/proposals';
import type { Proposal } from '../../../../src/shared/ipc/contract';
import { profileSchema } from '../../../../src/shared/profile';
import { must } from '../../../fakes/queue-samples';

const FOLDER = mkdtempSync(join(tmpdir(), 'proposals-'));
const PROFILE = profileSchema.parse({
  name: 'Media',
  region: 'cn-hangzhou',
  bucket: 'team-media',
  authorization: { kind: 'temporary' },
});

function keeper() {
  const told: (Proposal | null)[] = [];
  return { told, proposals: new Proposals((proposal) => told.push(proposal)) };
}

test('a link waits until it is answered, and the later one takes its place', () => {
  const { told, proposals } = keeper();
  proposals.offerLink(must(profileLink(PROFILE)));
  proposals.offerLink(must(profileLink({ ...PROFILE, name: 'Second' })));
  expect(proposals.current()).toMatchObject({ origin: 'link', found: { profile: { name: 'Second' } } });
  proposals.dismiss();
  expect(proposals.current()).toBeNull();
  expect(told.map((proposal) => proposal?.found.kind ?? null)).toEqual(['destination', 'destination', null]);
});

test('a file is read, and what is wrong with it is told with its name', async () => {
  const { proposals } = keeper();
  const offered = async (name: string, content: string | null) => {
    const path = join(FOLDER, name);
    if (content !== null) writeFileSync(path, content);
    await proposals.offerFile(path);
    return proposals.current();
  };
  expect(await offered('good.json', profileText(PROFILE))).toEqual({
    origin: 'file',
    file: 'good.json',
    found: { kind: 'destination', profile: PROFILE },
  });
  expect(await offered('bad.json', '{')).toMatchObject({ found: { kind: 'wrong' } });
  expect(await offered('gone.json', null)).toMatchObject({
    found: { fault: { code: 'source-unreadable', message: 'gone.json could not be read (ENOENT).' } },
  });
  writeFileSync(join(FOLDER, 'film.json'), '');
  truncateSync(join(FOLDER, 'film.json'), 2 ** 31);
  expect(await offered('film.json', null)).toMatchObject({
    found: { fault: { message: 'film.json is too large to be a destination.' } },
  });
  await proposals.offerFile(FOLDER);
  expect(proposals.current()).toMatchObject({
    found: { fault: { message: expect.stringMatching(/ is no file\.$/) as string } },
  });
});

test('a start that opens a link is told from one that does not', () => {
  expect(linkAmong(['/opt/oss-ferry', '--flag', 'ossferry://destination/abc'])).toBe(
    'ossferry://destination/abc',
  );
  expect(linkAmong(['/opt/oss-ferry', '/home/lee/ossferry'])).toBeNull();
});
