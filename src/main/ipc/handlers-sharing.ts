import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { profileLink, profileText } from '../../host/destinations/share-profile';
import type { Destination } from '../../shared/engine-link';
import { failure, fault, success, type Outcome } from '../../shared/faults';
import type { DestinationId } from '../../shared/ids';
import type { Handlers } from '../../shared/ipc/contract';
import type { Proposals } from '../settings/proposals';

export interface SharingDependencies {
  readonly proposals: Proposals;
  readonly find: (destinationId: DestinationId) => Destination | undefined;
  /** Asks where to write; null when the dialog was closed. */
  readonly chooseTarget: (name: string) => Promise<string | null>;
  /** Asks what to read; null when the dialog was closed. */
  readonly chooseProfile: () => Promise<string | null>;
}

type Served =
  | 'destinations.export'
  | 'destinations.link'
  | 'destinations.import'
  | 'destinations.proposal'
  | 'destinations.dismiss';

/** Destinations that go to others and come from them. */
export function sharingHandlers({
  proposals,
  find,
  chooseTarget,
  chooseProfile,
}: SharingDependencies): Pick<Handlers, Served> {
  const known = (destinationId: DestinationId): Outcome<Destination> => {
    const destination = find(destinationId);
    return destination === undefined
      ? failure(fault('invalid-input', 'This destination no longer exists.'))
      : success(destination);
  };
  return {
    'destinations.export': async ({ destinationId }) => {
      const destination = known(destinationId);
      if (!destination.ok) return destination;
      const { profile } = destination.value;
      const path = await chooseTarget(`${fileStem(profile.name)}.json`);
      if (path === null) return success({ file: null });
      try {
        await writeFile(path, profileText(profile));
        return success({ file: basename(path) });
      } catch (error) {
        const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
        return failure(fault('disk-full', `${basename(path)} could not be written (${why}).`));
      }
    },
    'destinations.link': ({ destinationId }) => {
      const destination = known(destinationId);
      const link = destination.ok ? profileLink(destination.value.profile) : destination;
      return Promise.resolve(link.ok ? success({ link: link.value }) : link);
    },
    'destinations.import': async () => {
      const path = await chooseProfile();
      if (path !== null) await proposals.offerFile(path);
      return success({ chosen: path !== null });
    },
    'destinations.proposal': () => Promise.resolve(success(proposals.current())),
    'destinations.dismiss': () => {
      proposals.dismiss();
      return Promise.resolve(success({}));
    },
  };
}

/** A name that every system takes as that of a file. */
const fileStem = (name: string): string =>
  name.replace(/[\\/:*?"<>|\p{Cc}]/gu, '-').replace(/^[. ]+|[. ]+$/g, '') || 'destination';
