/** What the command says: one JSON event a line, or words for people. Standard output holds nothing else. */
import type { DecidedPicture } from '../host/faces/faces';
import type { Ended } from '../host/upload-engine';
import type { Waiting } from '../host/upload-engine';
import type { Fault } from '../shared/faults';

export interface Summary {
  readonly items: number;
  readonly done: number;
  readonly skipped: number;
  readonly failed: number;
  readonly canceled: number;
  readonly conflict: number;
  readonly sourceChanged: number;
  readonly bytes: number;
  /** Files of the folder that are done and of which the server that OSS was to tell does not know. */
  readonly untold: number;
  readonly sentBytes: number;
  readonly resentBytes: number;
  readonly seconds: number;
}

export interface Progress {
  readonly items: number;
  readonly ended: number;
  readonly bytes: number;
  readonly verifiedBytes: number;
  readonly bytesPerSecond: number;
  readonly secondsLeft: number | null;
  readonly scanning: boolean;
}

export interface Output {
  ended(ended: Ended): void;
  /** What a rule about faces made of a picture, before it is sent. */
  decided(decided: DecidedPicture): void;
  progress(progress: Progress): void;
  waiting(waiting: Waiting): void;
  summary(summary: Summary): void;
}

type Write = (text: string) => void;

/** What a line of `--json` tells of a fault. */
export function faultFields({ code, message, ossCode, ec, requestId }: Fault): Record<string, string> {
  return {
    code,
    ...(ossCode === undefined ? {} : { ossCode }),
    ...(ec === undefined ? {} : { ec }),
    ...(requestId === undefined ? {} : { requestId }),
    message,
  };
}

/** The item's line of the contract. */
export function itemEvent({ key, path, sizeBytes, end }: Ended): Record<string, unknown> {
  const line = { event: 'item', key, path, state: end.kind, bytes: sizeBytes };
  if ('fault' in end) return { ...line, fault: faultFields(end.fault) };
  if (end.kind === 'canceled') return { ...line, fault: { code: 'canceled', message: 'It was canceled.' } };
  const callback =
    end.kind === 'done' && end.callbackFault !== undefined
      ? { callback: faultFields(end.callbackFault) }
      : {};
  return { ...line, crc64: end.crc64, etag: end.etag, ...callback };
}

export function jsonOutput(write: Write): Output {
  const line = (event: Record<string, unknown>): void => write(`${JSON.stringify(event)}\n`);
  return {
    ended: (ended) => line(itemEvent(ended)),
    decided: ({ path, key, faces, tag, fault }) =>
      line({
        event: 'faces',
        path,
        key,
        faces,
        tag,
        ...(fault === null ? {} : { fault: faultFields(fault) }),
      }),
    progress: (progress) => line({ event: 'progress', ...progress }),
    waiting: ({ reason, fault }) => line({ event: 'waiting', reason, fault: faultFields(fault) }),
    summary: (summary) => line({ event: 'summary', ...summary }),
  };
}

const MANY = 5;

export function textOutput(write: Write, toTerminal: boolean): Output {
  const causes = new Map<string, { fault: Fault; paths: string[]; files: number }>();
  return {
    ended({ path, end }) {
      const fault = 'fault' in end ? end.fault : end.kind === 'done' ? end.callbackFault : undefined;
      if (fault === undefined) return;
      const cause = causes.get(fault.code) ?? { fault, paths: [], files: 0 };
      cause.files += 1;
      if (cause.paths.length < MANY) cause.paths.push(path);
      causes.set(fault.code, cause);
    },
    decided: (decided) => write(`${toTerminal ? '\r\u001b[K' : ''}${decisionWords(decided)}\n`),
    progress({ ended, items, verifiedBytes, bytesPerSecond, scanning }) {
      if (!toTerminal) return;
      const all = `${scanning ? '≥ ' : ''}${items}`;
      write(
        `\r\u001b[K${ended} of ${all} files, ${readable(verifiedBytes)} verified, ${readable(bytesPerSecond)}/s`,
      );
    },
    waiting: ({ reason, fault }) =>
      write(`${toTerminal ? '\r\u001b[K' : ''}Waiting (${reason}): ${fault.message}\n`),
    summary(summary) {
      const { done, skipped, items, bytes, untold, seconds } = summary;
      if (toTerminal) write('\r\u001b[K');
      write(
        `${done} verified, ${skipped} skipped, ${items - done - skipped} not done; ${readable(bytes)} in ${seconds} s\n`,
      );
      write(untoldLine(untold));
      for (const { fault, paths, files } of causes.values()) {
        write(
          `${files} ${files === 1 ? 'file' : 'files'}: ${fault.message} [${[fault.code, fault.ossCode, fault.requestId].filter(Boolean).join(', ')}]\n`,
        );
        for (const path of paths) write(`  ${path}\n`);
        if (files > paths.length) write(`  and ${files - paths.length} more\n`);
      }
    },
  };
}

/** What may lie in the bucket and cost money, and who can do something about it. */
export const orphanSentence = (files: number): string =>
  `Of ${files} ${files === 1 ? 'file' : 'files'} parts may be left in the bucket, which this sign-in may not abort: ask for oss:AbortMultipartUpload and oss:ListMultipartUploads, or for a lifecycle rule that deletes parts after a few days.`;

/** Files of the whole folder that are safe and that somebody must see to all the same; empty where there are none. */
export const untoldLine = (files: number): string =>
  files === 0
    ? ''
    : `Your server was not told of ${files} verified ${files === 1 ? 'file' : 'files'}; resume tells it again where callback.noticeUrl is named.\n`;

function decisionWords({ path, key, faces, tag, fault }: DecidedPicture): string {
  if (faces === null)
    return `${path}: goes to ${key} as usual, nobody could look for faces (${fault?.message ?? ''})`;
  const found = faces === 0 ? 'no face' : faces === 1 ? '1 face' : `${faces} faces`;
  return `${path}: ${found}, goes to ${key}${tag === null ? '' : ` with the tag ${tag}`}`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `41.2 MB`, by thousands. */
export function readable(bytes: number): string {
  let value = bytes;
  let step = 0;
  // What would be rounded to 1000.0 is one of the next unit.
  while (step < UNITS.length - 1 && value >= (step === 0 ? 1000 : 999.95)) {
    value /= 1000;
    step += 1;
  }
  return `${step === 0 ? value : value.toFixed(1)} ${UNITS[step] ?? ''}`;
}
