/** From what the networks say to IMM's schema: only what is measured, nothing invented. */
import { toOriginal } from './boxes';
import type { HeadPose } from './head-pose';
import type { Box, MeasuredFace, Size } from './questions';

/** What the networks say of one face; the box in pixels of the scaled picture. */
export interface RawFace {
  readonly box: Box;
  /** 0 to 1. */
  readonly score: number;
  readonly age: number;
  readonly gender: 'male' | 'female';
  readonly genderProbability: number;
  /** Probability that the expression is a happy one. */
  readonly happy: number;
  readonly pose: HeadPose | null;
}

const thousandths = (value: number): number => Math.round(value * 1000) / 1000;
const probability = (value: number): number => thousandths(Math.max(0, Math.min(1, value)));

/** IMM knows happiness and none; the confidence is that of the one that is said. */
export function toMeasuredFace(raw: RawFace, scaled: Size, original: Size): MeasuredFace {
  const { left, top, width, height } = toOriginal(raw.box, scaled, original);
  const isHappy = raw.happy >= 0.5;
  return {
    FigureType: 'face',
    FigureConfidence: probability(raw.score),
    FaceQuality: probability(raw.score),
    Boundary: { Left: left, Top: top, Width: width, Height: height },
    Age: Math.max(0, Math.round(raw.age)),
    Gender: raw.gender,
    GenderConfidence: probability(raw.genderProbability),
    Emotion: isHappy ? 'happiness' : 'none',
    EmotionConfidence: probability(isHappy ? raw.happy : 1 - raw.happy),
    ...(raw.pose && {
      HeadPose: {
        Pitch: thousandths(raw.pose.pitch),
        Roll: thousandths(raw.pose.roll),
        Yaw: thousandths(raw.pose.yaw),
      },
    }),
  };
}
