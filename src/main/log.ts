/** One line for the person who reads the terminal or the journal. What is handed in must hold no secret. */
export type Log = (message: string, details?: Readonly<Record<string, unknown>>) => void;

/** Writes each message as a line of JSON to standard error. */
export const logToStandardError: Log = (message, details = {}) => {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), message, ...details })}\n`);
};

/** What a thrown value says, with its stack where it has one. */
export function describeError(error: unknown): { readonly error: string } {
  return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
