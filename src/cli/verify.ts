/** `verify`: whether the bucket still holds what a receipt says of it. */
import { BucketHeads } from '../host/receipts/bucket-heads';
import { compare, type Compared } from '../host/receipts/compare';
import { readReceipt, type Receipt } from '../host/receipts/read-receipt';
import { failure, fault, retryPolicyOf, success, type Fault, type Outcome } from '../shared/faults';
import type { DestinationId } from '../shared/ids';
import { fixedPrefix } from '../shared/prefix-template';
import { holdsCredentials, type Profile } from '../shared/profile';
import type { VerifyCommand } from './arguments';
import { credentialSource } from './credentials';
import { faultFields } from './output';
import { readProfile } from './profile-file';
import { stopWhen, type CommandContext } from './context';

const DESTINATION = 'command' as DestinationId;
const AT_ONCE = 16;

/** @returns the exit code */
export async function runVerify(command: VerifyCommand, surroundings: CommandContext): Promise<number> {
  const { printError, environment, write, interrupted } = surroundings;
  const prepared = await prepare(command);
  if (!prepared.ok) {
    printError(prepared.fault.message);
    return 2;
  }
  const { profile, receipt } = prepared.value;
  const stop = stopWhen(interrupted);
  const { ask } = credentialSource(profile, environment);
  const heads = new BucketHeads({
    profile,
    ask: (fresh) => ask(DESTINATION, fresh),
    connections: AT_ONCE,
    cancel: stop,
  });
  const startedAt = Date.now();
  const counts = { equal: 0, missing: 0, changed: 0, unknown: 0 };
  const ending = await compare({
    lines: receipt.lines.values(),
    head: (key) => heads.head(key),
    atOnce: AT_ONCE,
    isCanceled: () => stop.canceled,
    onCompared: (compared) => {
      counts[compared.state] += 1;
      write(command.json ? `${JSON.stringify(verifyEvent(compared))}\n` : words(compared));
    },
  });
  heads.close();
  const seconds = Math.round((Date.now() - startedAt) / 100) / 10;
  const items = receipt.lines.size;
  if (command.json) write(`${JSON.stringify({ event: 'summary', items, ...counts, seconds })}\n`);
  else write(closing(items, counts));
  if (stop.canceled) return 130;
  if (ending !== null) {
    printError(sentenceOf(ending, profile));
    return retryPolicyOf(ending.code) === 'credentials' ? 3 : 1;
  }
  return counts.equal === items ? 0 : 1;
}

async function prepare({
  profileFile,
  receiptFile,
}: VerifyCommand): Promise<Outcome<{ readonly profile: Profile; readonly receipt: Receipt }>> {
  const profile = readProfile(profileFile);
  if (!profile.ok) return profile;
  if (!holdsCredentials(profile.value))
    return wrong(
      'Signed URLs and post policies leave no credentials here, so the bucket cannot be read; name a profile with another way.',
    );
  const receipt = await readReceipt(receiptFile);
  if (!receipt.ok) return receipt;
  const { bucket, region } = receipt.value.header;
  if (bucket !== profile.value.bucket || region !== profile.value.region)
    return wrong(
      `The receipt is of the bucket ${bucket} in ${region}, the profile of ${profile.value.bucket} in ${profile.value.region}.`,
    );
  return success({ profile: profile.value, receipt: receipt.value });
}

const wrong = (sentence: string): Outcome<never> => failure(fault('invalid-input', sentence));

/** The line of the contract. */
export function verifyEvent(compared: Compared): Record<string, unknown> {
  const { key, state } = compared;
  return {
    event: 'verify',
    key,
    state,
    ...(compared.state === 'unknown' ? { fault: faultFields(compared.fault) } : {}),
  };
}

/** People are told of what is not as it was, and no more. */
function words(compared: Compared): string {
  switch (compared.state) {
    case 'equal':
      return '';
    case 'missing':
      return `missing  ${compared.key}\n`;
    case 'changed':
      return `changed  ${compared.key}\n`;
    case 'unknown':
      return `unknown  ${compared.key}: ${compared.fault.message} [${compared.fault.code}]\n`;
  }
}

function closing(
  items: number,
  { equal, missing, changed, unknown }: Readonly<Record<Compared['state'], number>>,
): string {
  const untold = items - equal - missing - changed - unknown;
  const more = [
    unknown > 0 ? `, ${unknown} that could not be told` : '',
    untold > 0 ? `, ${untold} not compared` : '',
  ].join('');
  return `${equal} of ${items} equal, ${missing} missing, ${changed} changed${more}\n`;
}

function sentenceOf({ message, code, ossCode, requestId }: Fault, { bucket, prefix }: Profile): string {
  const ids = [code, ossCode, requestId].filter(Boolean).join(', ');
  const remedy =
    code === 'no-permission'
      ? ` Comparing reads objects: ask for oss:GetObject on acs:oss:*:*:${bucket}/${fixedPrefix(prefix)}*.`
      : '';
  return `${message}${remedy} [${ids}]`;
}
