/** `upload` and `resume`: the engine without a window, until nothing is left to do. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { startDetectorThread } from '../host/detector/detector-thread';
import { openUploadEngine, type Ended, type UploadEngine, type Waiting } from '../host/upload-engine';
import { writeReceipt } from '../host/receipts/write-receipt';
import type { Detector } from '../shared/faces';
import type { Outcome } from '../shared/faults';
import type { DestinationId } from '../shared/ids';
import type { Profile } from '../shared/profile';
import { version } from '../../package.json';
import type { RunCommand } from './arguments';
import { credentialSource } from './credentials';
import { orphanSentence, type Output } from './output';
import { readProfile } from './profile-file';
import type { CommandContext } from './context';

/** A queue folder belongs to one destination: this is its name in the store. */
const DESTINATION = 'command' as DestinationId;
const PROGRESS_MS = 1_000;

export type RunContext = Omit<CommandContext, 'write'> & { readonly output: Output };

type Ending = 'idle' | 'interrupted' | 'credentials' | 'gave-up';

/** @returns the exit code */
export async function runUpload(command: RunCommand, surroundings: RunContext): Promise<number> {
  const { printError } = surroundings;
  const profile = readProfile(command.profileFile);
  if (!profile.ok) {
    printError(profile.fault.message);
    return 2;
  }
  const folder = command.receiptFile === null ? null : dirname(resolve(command.receiptFile));
  if (folder !== null && !existsSync(folder)) {
    printError(`The receipt cannot be written: the folder ${folder} does not exist.`);
    return 2;
  }
  // It starts when a rule has a picture looked at.
  const detector = startDetectorThread();
  try {
    return await runWith(command, surroundings, profile.value, detector);
  } finally {
    detector.close();
  }
}

async function runWith(
  command: RunCommand,
  surroundings: RunContext,
  profile: Profile,
  detector: Detector,
): Promise<number> {
  const { printError, environment, output } = surroundings;
  const counted = new Counter();
  const startedAt = Date.now();
  const opened = await openUploadEngine({
    directory: command.directory,
    destinations: [{ destinationId: DESTINATION, profile }],
    owner: DESTINATION,
    connections: command.connections,
    ...credentialSource(profile, environment),
    // Nobody can be asked here, and nobody would see what IMM found: `faces` asks it about one picture.
    faces: { detector, asksUser: false, asksImm: false, onDecided: (decided) => output.decided(decided) },
    onEnded: (told) => {
      const ended = withoutAsking(told);
      counted.note(ended);
      output.ended(ended);
    },
    onScanFault: ({ message }) => {
      counted.scanFailed = true;
      printError(message);
    },
  });
  if (!opened.ok) {
    printError(opened.fault.message);
    return opened.fault.code === 'invalid-input' ? 2 : 1;
  }
  const ferry = opened.value;
  if (ferry.store.setAside !== null) printError(ferry.store.setAside.message);
  const begun = await begin(ferry, command, profile);
  if (!begun.ok) {
    await ferry.close();
    printError(begun.fault.message);
    return begun.fault.code === 'disk-full' ? 1 : 2;
  }
  let ending = await watch(ferry, command, surroundings);
  if (ending === 'idle' && command.kind === 'resume') ending = await tellServer(ferry, profile, surroundings);
  const untold = ferry.store.callbackFaultCount();
  const orphans = ferry.store.possibleOrphanCount();
  await ferry.close();
  const { bytes, againBytes } = ferry.runner.sent;
  const seconds = Math.round((Date.now() - startedAt) / 100) / 10;
  const left = untold.ok ? untold.value : 0;
  output.summary({ ...counted.summary, untold: left, sentBytes: bytes, resentBytes: againBytes, seconds });
  if (orphans.ok && orphans.value > 0) printError(orphanSentence(orphans.value));
  const isReceipted = await receipted(command, profile, startedAt, printError);
  const code = exitCode(ending, counted, left);
  return code === 0 && !isReceipted ? 1 : code;
}

/** False where a receipt was wanted and there is none. */
async function receipted(
  { directory, receiptFile }: RunCommand,
  profile: Profile,
  startedAt: number,
  complain: CommandContext['printError'],
): Promise<boolean> {
  if (receiptFile === null) return true;
  const written = await writeReceipt(directory, receiptFile, {
    profile,
    app: `oss-ferry ${version}`,
    startedAt,
  });
  if (!written.ok) complain(written.fault.message);
  return written.ok;
}

async function begin(ferry: UploadEngine, command: RunCommand, profile: Profile): Promise<Outcome<unknown>> {
  // What ended otherwise than done is not finished either: the exit code speaks for the whole folder.
  if (command.kind === 'resume') return ferry.runner.command('retry', { kind: 'all' });
  const conflict = command.conflict ?? profile.conflict ?? 'never-overwrite';
  const prefix = command.prefix === null ? {} : { prefix: command.prefix };
  return ferry.add({ destinationId: DESTINATION, paths: command.paths, conflict, join: true, ...prefix });
}

/** `resume` also takes up what a server was not told: where it takes notices, it is told again. */
async function tellServer(
  ferry: UploadEngine,
  profile: Profile,
  { printError, interrupted }: RunContext,
): Promise<Ending> {
  if (profile.callback?.noticeUrl === undefined) return 'idle';
  const telling = ferry.notify({ kind: 'all' }).then((told): Ending => {
    if (!told.ok) printError(told.fault.message);
    return 'idle';
  });
  return Promise.race([telling, interrupted.then((): Ending => 'interrupted')]);
}

/** Tells how it goes, once a second, until it ends one way or another. */
async function watch(
  ferry: UploadEngine,
  command: RunCommand,
  { output, interrupted }: RunContext,
): Promise<Ending> {
  let waitingSince: number | null = null;
  let told: Waiting | null = null;
  let successes = 0;
  let giveUp: (ending: Ending) => void = () => undefined;
  const gaveUp = new Promise<Ending>((resolve) => (giveUp = resolve));
  const look = (): void => {
    const waiting = ferry.waiting();
    // A wait ends when something succeeds: a new attempt that fails like the one before is the same wait.
    if (successes !== ferry.runner.successes) {
      successes = ferry.runner.successes;
      waitingSince = null;
      told = null;
    }
    if (waiting === null) return;
    waitingSince ??= Date.now();
    if (told?.reason !== waiting.reason || told.fault.code !== waiting.fault.code) output.waiting(waiting);
    told = waiting;
    const tooLong = command.maxWaitMs !== null && Date.now() - waitingSince >= command.maxWaitMs;
    if (waiting.reason === 'credentials' && (tooLong || !waiting.passes)) giveUp('credentials');
    else if (tooLong) giveUp('gave-up');
  };
  ferry.runner.onChange(look);
  const timer = setInterval(() => {
    look();
    const snapshot = ferry.view.snapshot();
    if (!snapshot.ok) return;
    const { items, endedItems, totalBytes, verifiedBytes, bytesPerSecond, secondsLeft, scanning } =
      snapshot.value.summary;
    output.progress({
      items,
      ended: endedItems,
      bytes: totalBytes,
      verifiedBytes,
      bytesPerSecond,
      secondsLeft,
      scanning,
    });
  }, PROGRESS_MS);
  const ending = await Promise.race([
    ferry.runner.whenIdle().then((): Ending => 'idle'),
    interrupted.then((): Ending => 'interrupted'),
    gaveUp,
  ]);
  clearInterval(timer);
  return ending;
}

/**
 * Where several hold, the order is 2, 130, 3, 1. Files of which the server was not told (`untold`) are safe, and somebody
 * must see to them all the same: a script looks at nothing but this.
 */
function exitCode(
  ending: Ending,
  { scanFailed, summary: { items, done, skipped } }: Counter,
  untold: number,
): number {
  if (ending === 'interrupted') return 130;
  if (ending === 'credentials') return 3;
  return ending === 'gave-up' || scanFailed || untold > 0 || items > done + skipped ? 1 : 0;
}

/** Nobody can be asked here: under `ask` a file that differs from the bucket's has failed. */
function withoutAsking(ended: Ended): Ended {
  const { end } = ended;
  if (end.kind !== 'conflict' || end.fault.code !== 'object-exists') return ended;
  return { ...ended, end: { kind: 'failed', fault: end.fault } };
}

class Counter {
  /** Files may be missing from the queue. */
  scanFailed = false;
  readonly summary = {
    items: 0,
    done: 0,
    skipped: 0,
    failed: 0,
    canceled: 0,
    conflict: 0,
    sourceChanged: 0,
    bytes: 0,
  };

  note({ end, sizeBytes }: Ended): void {
    const field = end.kind === 'source-changed' ? 'sourceChanged' : end.kind;
    this.summary.items += 1;
    this.summary[field] += 1;
    if (end.kind === 'done' || end.kind === 'skipped') this.summary.bytes += sizeBytes;
  }
}
