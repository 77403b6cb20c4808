import { readArguments } from './arguments';
import { StartProblem } from './problem';
import { startAppServer, type AppServer } from './start-app-server';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** The program: `node out/app-server/main.js [--host 127.0.0.1] [--port 0] [--json]`. */
async function main(): Promise<void> {
  const { host, port, json } = readArguments(process.argv.slice(2));
  const server = await startAppServer({ environment: process.env, host, port });
  stopOnSignal(server);
  process.stdout.write(
    json ? `${JSON.stringify({ url: server.url })}\n` : `The application server listens on ${server.url}\n`,
  );
}

/** The first signal lets requests under way end; a second one, of either kind, ends the process at once. */
function stopOnSignal(server: AppServer): void {
  const stop = (): void => {
    for (const signal of SIGNALS) process.removeListener(signal, stop);
    void server.close();
  };
  for (const signal of SIGNALS) process.on(signal, stop);
}

main().catch((error: unknown) => {
  const sentence = error instanceof StartProblem ? error.message : 'The application server cannot start.';
  process.stderr.write(`${sentence}\n`);
  process.exitCode = error instanceof StartProblem ? error.exitCode : 1;
});
