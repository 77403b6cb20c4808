import { parseSandboxArguments } from './arguments';
import { IdentityError } from './identity/read-identities';
import { PolicyGrammarError } from './identity/policy';
import { startSandbox, type RunningSandbox } from './start-sandbox';

async function main(): Promise<void> {
  const parsed = parseSandboxArguments(process.argv.slice(2));
  if (parsed.kind === 'bad') {
    stop(parsed.sentence, 2);
    return;
  }
  if (parsed.kind === 'help') {
    process.stdout.write(parsed.text);
    return;
  }
  try {
    const onError = (error: unknown): void => void process.stderr.write(`sandbox: ${describe(error)}\n`);
    const sandbox = await startSandbox({ ...parsed.options, onError });
    process.stdout.write(parsed.isJson ? `${JSON.stringify(shown(sandbox))}\n` : readable(sandbox));
    closeOnSignal(sandbox);
  } catch (error) {
    stop(sentenceOf(error), error instanceof PolicyGrammarError || error instanceof IdentityError ? 2 : 1);
  }
}

function closeOnSignal(sandbox: RunningSandbox): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void sandbox.close());
}

function shown(sandbox: RunningSandbox): Record<string, string> {
  const { oss, sts, imm, admin, region, bucket, immProject, accessKeyId, accessKeySecret, roleArn } = sandbox;
  return { oss, sts, imm, region, bucket, immProject, accessKeyId, accessKeySecret, roleArn, admin };
}

function readable(sandbox: RunningSandbox): string {
  return Object.entries(shown(sandbox))
    .map(([name, value]) => `${name.padEnd(16)}${value}\n`)
    .join('');
}

function stop(sentence: string, code: 1 | 2): void {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = code;
}

function sentenceOf(error: unknown): string {
  if (error instanceof IdentityError) return error.message;
  if (error instanceof PolicyGrammarError) return `The role policy cannot be used: ${error.message}.`;
  if (isSystemError(error) && error.code === 'EADDRINUSE')
    return 'The sandbox cannot listen: its port is taken.';
  return `The sandbox cannot start: ${describe(error)}`;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}

void main();
