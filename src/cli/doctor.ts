/** `doctor`: checks a destination's set-up, tells each finding as it comes, and writes a report where one is wanted. */
import { writeFileSync } from 'node:fs';
import { runDoctor } from '../host/doctor/doctor';
import { doctorReport, SIGNS } from '../host/doctor/report';
import { hintSentence, titleOf } from '../host/doctor/sentences';
import { doctorExitCode, isHealthy, missingRights, type Check } from '../shared/doctor';
import type { DestinationId } from '../shared/ids';
import { ramRequest, ramStatements } from '../shared/ram-statement';
import { version } from '../../package.json';
import type { DoctorCommand } from './arguments';
import { credentialSource } from './credentials';
import { faultFields } from './output';
import { readProfile } from './profile-file';
import { stopWhen, type CommandContext } from './context';

const DESTINATION = 'command' as DestinationId;

/** @returns the exit code */
export async function runDoctorCommand(
  { profileFile, reportFile, json }: DoctorCommand,
  { environment, write, printError, interrupted }: CommandContext,
): Promise<number> {
  const read = readProfile(profileFile);
  if (!read.ok) {
    printError(read.fault.message);
    return 2;
  }
  const profile = read.value;
  const { ask, askUploadUrls } = credentialSource(profile, environment);
  const stop = stopWhen(interrupted);
  const checks = await runDoctor({
    profile,
    ask: (fresh) => ask(DESTINATION, fresh),
    ...(askUploadUrls === undefined ? {} : { askUploadUrls }),
    environment,
    cancel: stop,
    onCheck: (check) => write(json ? `${JSON.stringify(checkEvent(check))}\n` : words(check)),
  });
  if (!json) write(closing(checks));
  const isWritten = reportFile === null || writeReport(reportFile, { profile, checks }, printError);
  if (stop.canceled) return 130;
  const code = doctorExitCode(checks);
  return code === 0 && !isWritten ? 1 : code;
}

/** The line of the contract; `statement` is what RAM takes. */
export function checkEvent(check: Check): Record<string, unknown> {
  const { id, ok, optional, fault, rights = [] } = check;
  const hint = hintSentence(check);
  const [statement] = ramStatements(rights);
  return {
    event: 'check',
    id,
    ok,
    ...(optional ? { optional } : {}),
    ...(fault === undefined ? {} : { fault: faultFields(fault) }),
    ...(hint === null ? {} : { hint }),
    ...(statement === undefined ? {} : { statement }),
  };
}

function words(check: Check): string {
  const { id, ok, optional, fault } = check;
  const hint = hintSentence(check);
  const title = `${SIGNS[`${ok}`]} ${titleOf(id)}${ok === false && optional ? ' (uploads work without it)' : ''}\n`;
  if (fault === undefined) return hint === null ? title : `${title}    ${hint}\n`;
  const ids = [fault.code, fault.ossCode, fault.requestId].filter(Boolean).join(', ');
  return `${title}    ${fault.message} [${ids}]\n${hint === null ? '' : `    ${hint}\n`}`;
}

function closing(checks: readonly Check[]): string {
  const rights = missingRights(checks);
  const request =
    rights.length === 0
      ? ''
      : `\nTo ask the administrator for:\n${ramRequest(rights).replace(/^/gm, '  ')}\n`;
  return `${request}\n${isHealthy(checks) ? 'Files can be uploaded.' : 'Files cannot be uploaded as the destination is set up.'}\n`;
}

function writeReport(
  file: string,
  facts: Pick<Parameters<typeof doctorReport>[0], 'profile' | 'checks'>,
  complain: (sentence: string) => void,
): boolean {
  const runtime = `Node ${process.versions.node}`;
  try {
    writeFileSync(file, doctorReport({ ...facts, version, runtime, at: Date.now() }));
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    complain(`The report ${file} cannot be written (${code}).`);
    return false;
  }
}
