/** Buffers of 1 MiB that are used again. Whoever finds none waits for the next one, in the order of asking (P8). */
export const BUFFER_BYTES = 1024 * 1024;

export class BufferPool {
  readonly #idle: Buffer[] = [];
  readonly #waiting: { readonly count: number; readonly give: (buffers: Buffer[]) => void }[] = [];
  #left: number;

  /** @param limit most buffers out at once */
  constructor(limit: number) {
    this.#left = limit;
  }

  take(count: number): Promise<Buffer[]> {
    return new Promise((give) => {
      this.#waiting.push({ count, give });
      this.#serve();
    });
  }

  giveBack(buffers: readonly Buffer[]): void {
    this.#idle.push(...buffers);
    this.#left += buffers.length;
    this.#serve();
  }

  /** Lets go of the buffers that nobody has; the next who ask get new ones. */
  rest(): void {
    this.#idle.length = 0;
  }

  #serve(): void {
    for (
      let first = this.#waiting[0];
      first !== undefined && first.count <= this.#left;
      first = this.#waiting[0]
    ) {
      this.#waiting.shift();
      this.#left -= first.count;
      first.give(
        Array.from({ length: first.count }, () => this.#idle.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES)),
      );
    }
  }
}
