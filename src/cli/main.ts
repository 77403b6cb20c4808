import { readArguments, USAGE, type Command } from './arguments';
import { runDoctorCommand } from './doctor';
import { runFaces } from './faces';
import { jsonOutput, textOutput } from './output';
import { runProfile } from './profile-command';
import { runUpload } from './run';
import type { CommandContext } from './context';
import { runStatus } from './status';
import { runVerify } from './verify';

const write = (text: string): void => void process.stdout.write(text);
const printError = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

/** The first interrupt stops cleanly; a second one ends at once, and nothing is lost by it. */
function interruption(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(130));
        resolve();
      });
    }
  });
}

const surroundings = (): CommandContext => ({
  environment: process.env,
  write,
  printError,
  interrupted: interruption(),
});

function carryOut(command: Command): Promise<number> | number {
  switch (command.kind) {
    case 'help':
      write(`${USAGE}\n`);
      return 0;
    case 'status':
      return runStatus(command.directory, command.json, write, printError);
    case 'faces':
      return runFaces(command, { environment: process.env, write, printError });
    case 'profile-check':
    case 'profile-link':
    case 'profile-open':
    case 'profile-set':
      return runProfile(command, { write, printError });
    case 'doctor':
      return runDoctorCommand(command, surroundings());
    case 'verify':
      return runVerify(command, surroundings());
    default: {
      const output = command.json ? jsonOutput(write) : textOutput(write, process.stdout.isTTY);
      return runUpload(command, {
        environment: process.env,
        output,
        printError,
        interrupted: interruption(),
      });
    }
  }
}

async function main(): Promise<void> {
  const command = readArguments(process.argv.slice(2));
  if (!command.ok) {
    printError(command.fault.message);
    process.exitCode = 2;
    return;
  }
  process.exitCode = await carryOut(command.value);
}

// A reader that went away (`| head`) is no fault of the upload.
process.stdout.on('error', () => undefined);
void main().catch((error: unknown) => {
  printError(`Something went wrong inside: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
