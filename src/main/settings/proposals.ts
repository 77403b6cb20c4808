/** Destinations that came from elsewhere, as a file or a link: shown for confirmation, never taken silently. */
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { LINK_SCHEME, profileOfLink, profileOfText } from '../../host/destinations/share-profile';
import { failure, fault, type Outcome } from '../../shared/faults';
import type { Proposal } from '../../shared/ipc/contract';
import type { Profile } from '../../shared/profile';

/** A profile has a few hundred bytes; a film that was chosen by mistake is not read. */
const MOST_BYTES = 1024 * 1024;

/** The link among the arguments of a start, where the system has started us to open one. */
export function linkAmong(argv: readonly string[]): string | null {
  return argv.find((word) => word.startsWith(`${LINK_SCHEME}:`)) ?? null;
}

/** Holds what was offered last until the window has answered; a later offer takes the place of an earlier one. */
export class Proposals {
  readonly #publish: (proposal: Proposal | null) => void;
  #current: Proposal | null = null;

  constructor(publish: (proposal: Proposal | null) => void) {
    this.#publish = publish;
  }

  current(): Proposal | null {
    return this.#current;
  }

  offerLink(link: string): void {
    this.#offer('link', '', profileOfLink(link));
  }

  async offerFile(path: string): Promise<void> {
    this.#offer('file', basename(path), await profileIn(path));
  }

  dismiss(): void {
    this.#current = null;
    this.#publish(null);
  }

  #offer(origin: Proposal['origin'], file: string, found: Outcome<Profile>): void {
    this.#current = {
      origin,
      file,
      found: found.ok ? { kind: 'destination', profile: found.value } : { kind: 'wrong', fault: found.fault },
    };
    this.#publish(this.#current);
  }
}

async function profileIn(path: string): Promise<Outcome<Profile>> {
  try {
    const found = await stat(path);
    // A pipe or a device would be read for good.
    if (!found.isFile()) return failure(fault('invalid-input', `${basename(path)} is no file.`));
    if (found.size > MOST_BYTES)
      return failure(fault('invalid-input', `${basename(path)} is too large to be a destination.`));
    return profileOfText(await readFile(path, 'utf8'));
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return failure(fault('source-unreadable', `${basename(path)} could not be read (${why}).`));
  }
}
