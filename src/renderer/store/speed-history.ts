/** The last four minutes, one point every two seconds. */
export const SPEED_WINDOW_MS = 240_000;
const STEP_MS = 2_000;

export interface SpeedSample {
  readonly at: number;
  readonly bytesPerSecond: number;
}

/** The history with one more measurement; within a step the newest wins, what is older than the window goes. */
export function withSpeed(
  history: readonly SpeedSample[],
  at: number,
  bytesPerSecond: number,
): readonly SpeedSample[] {
  const slot = Math.floor(at / STEP_MS) * STEP_MS;
  const kept = history.filter((sample) => sample.at > slot - SPEED_WINDOW_MS && sample.at < slot);
  return [...kept, { at: slot, bytesPerSecond }];
}

/** The line and the area under it for an SVG of the given size; `null` when there is nothing to draw. */
export function speedPath(
  history: readonly SpeedSample[],
  now: number,
  width: number,
  height: number,
): { readonly line: string; readonly area: string } | null {
  if (history.length < 2) return null;
  const most = Math.max(...history.map((sample) => sample.bytesPerSecond), 1);
  const points = history.map((sample) => {
    const x = width - ((now - sample.at) / SPEED_WINDOW_MS) * width;
    const y = height - 1 - (sample.bytesPerSecond / most) * (height - 5);
    return [Math.min(width, Math.max(0, x)).toFixed(1), y.toFixed(1)] as const;
  });
  const line = `M${points.map(([x, y]) => `${x} ${y}`).join(' ')}`;
  const first = points[0]?.[0] ?? '0';
  const last = points.at(-1)?.[0] ?? '0';
  return { line, area: `${line}L${last} ${height - 1}L${first} ${height - 1}Z` };
}
