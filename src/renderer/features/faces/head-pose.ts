import type { Face } from '../../../shared/faces';

type HeadPose = NonNullable<Face['HeadPose']>;

/** Degrees up to which the documents call the angles reliable. */
const TRUSTED = { Pitch: 30, Roll: 45, Yaw: 80 } as const;

export interface PoseDrawing {
  /** Degrees, for the head as a whole. */
  readonly roll: number;
  readonly rx: number;
  readonly ry: number;
  /** Where the nose is, and where it points to. */
  readonly nose: { readonly x: number; readonly y: number };
  readonly tip: { readonly x: number; readonly y: number };
  /** The middle lines of the face. */
  readonly lines: string;
  /** Some angle is beyond what can be trusted: it is drawn in dashes. */
  readonly beyond: boolean;
}

const RX_SHARE = 0.6;
const RY_SHARE = 0.8;
/** The nose stands out of the head, so it moves further than the middle of the face. */
const OUT = 1.5;
const TIP = 2.2;

const sine = (degrees: number): number => Math.sin((degrees * Math.PI) / 180);
const round = (value: number): number => Math.round(value * 10) / 10;

/** The head as a small drawing within `radius` pixels of its middle. */
export function drawPose({ Pitch = 0, Roll = 0, Yaw = 0 }: HeadPose, radius: number): PoseDrawing {
  const rx = radius * RX_SHARE;
  const ry = radius * RY_SHARE;
  // Beyond a quarter turn the nose is behind the head: it stays at the edge.
  const x = round(Math.max(-rx, Math.min(rx, rx * OUT * sine(Math.max(-90, Math.min(90, Yaw))))));
  const y = round(Math.max(-ry, Math.min(ry, -ry * OUT * sine(Math.max(-90, Math.min(90, Pitch))))));
  return {
    roll: round(Roll),
    rx,
    ry,
    nose: { x, y },
    tip: { x: round(x * TIP), y: round(y * TIP) },
    lines: `M0 ${-ry}Q${round(2 * x)} ${y} 0 ${ry}M${-rx} 0Q${x} ${round(2 * y)} ${rx} 0`,
    beyond: beyondTrust({ Pitch, Roll, Yaw }).length > 0,
  };
}

/** The angles that are larger than the documents call reliable. */
export function beyondTrust(pose: HeadPose): readonly (keyof typeof TRUSTED)[] {
  return (['Pitch', 'Yaw', 'Roll'] as const).filter((name) => Math.abs(pose[name] ?? 0) > TRUSTED[name]);
}
