/** What a command that goes on for a while is given. */
export interface CommandContext {
  readonly environment: NodeJS.ProcessEnv;
  readonly write: (text: string) => void;
  /** One sentence for standard error. */
  readonly printError: (sentence: string) => void;
  /** Resolves when the user interrupts. */
  readonly interrupted: Promise<void>;
}

/** Canceled from the moment at which the user interrupts. */
export function stopWhen(interrupted: Promise<void>) {
  const listeners: (() => void)[] = [];
  const stop = { canceled: false, onCancel: (listener: () => void) => void listeners.push(listener) };
  void interrupted.then(() => {
    stop.canceled = true;
    listeners.forEach((listener) => listener());
  });
  return stop;
}
