import { after as afterTimer } from '../../host/time/after';
import type { MadePicture } from '../../host/detector/detector-process-client';
import type { Outcome } from '../../shared/faults';
import { Quiet, type After } from '../../shared/quiet';

const MAX_BYTES = 64 << 20;

/**
 * Pictures that were made, the longest unused going first, and all of them after a minute in which nobody asked for
 * one (as long as the detector's process is kept: whoever looks again after that waits for it anyway); what is being
 * made is made once for all who ask.
 */
export class PictureCache {
  readonly #kept = new Map<string, MadePicture>();
  readonly #making = new Map<string, Promise<Outcome<MadePicture>>>();
  readonly #maxBytes: number;
  readonly #quiet: Quiet;
  #bytes = 0;

  constructor(maxBytes = MAX_BYTES, after: After = afterTimer) {
    this.#maxBytes = maxBytes;
    this.#quiet = new Quiet(() => {
      this.#kept.clear();
      this.#bytes = 0;
    }, after);
  }

  /** The picture under `key`, made where it is not there. Faults are not kept. */
  get(key: string, make: () => Promise<Outcome<MadePicture>>): Promise<Outcome<MadePicture>> {
    this.#quiet.heard();
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return Promise.resolve({ ok: true, value: kept });
    }
    const making = this.#making.get(key) ?? this.#make(key, make);
    this.#making.set(key, making);
    return making;
  }

  async #make(key: string, make: () => Promise<Outcome<MadePicture>>): Promise<Outcome<MadePicture>> {
    try {
      const made = await make();
      if (made.ok) this.#keep(key, made.value);
      return made;
    } finally {
      this.#making.delete(key);
    }
  }

  #keep(key: string, picture: MadePicture): void {
    this.#kept.set(key, picture);
    this.#bytes += picture.bytes.byteLength;
    for (const [oldest, { bytes }] of this.#kept) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#kept.delete(oldest);
      this.#bytes -= bytes.byteLength;
    }
  }
}
