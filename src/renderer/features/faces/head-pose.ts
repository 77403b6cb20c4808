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
const quarter = (degrees: number): number => Math.max(-90, Math.min(90, degrees));
const round = (value: number): number => Math.round(value * 10) / 10;

/** The head as a small drawing within `radius` pixels of its middle. */
export function drawPose({ Pitch = 0, Roll = 0, Yaw = 0 }: HeadPose, radius: number): PoseDrawing {
  const rx = radius * RX_SHARE;
  const ry = radius * RY_SHARE;
  const turned = { x: OUT * sine(quarter(Yaw)), y: -OUT * sine(quarter(Pitch)) };
  // However far a head is turned, the nose stays within its outline and the tip within the drawing.
  const within = Math.min(1, 1 / Math.max(Math.hypot(turned.x, turned.y), 1e-9));
  const x = round(turned.x * within * rx);
  const y = round(turned.y * within * ry);
  const tip = Math.min(TIP, radius / Math.max(Math.hypot(x, y), 1e-9));
  return {
    roll: round(Roll),
    rx,
    ry,
    nose: { x, y },
    tip: { x: round(x * tip), y: round(y * tip) },
    lines: `M0 ${-ry}Q${round(2 * x)} ${y} 0 ${ry}M${-rx} 0Q${x} ${round(2 * y)} ${rx} 0`,
    beyond: beyondTrust({ Pitch, Roll, Yaw }).length > 0,
  };
}

/** The angles that are larger than the documents call reliable. */
export function beyondTrust(pose: HeadPose): readonly (keyof typeof TRUSTED)[] {
  return (['Pitch', 'Yaw', 'Roll'] as const).filter((name) => Math.abs(pose[name] ?? 0) > TRUSTED[name]);
}
