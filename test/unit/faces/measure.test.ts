import { expect, test } from 'vitest';
import { toMeasuredFace, type RawFace } from '../../../src/faces/measure';
import { faceSchema } from '../../../src/shared/faces';

const RAW: RawFace = {
  box: { left: 10.4, top: 20.6, width: 30, height: 40 },
  score: 0.97654,
  age: 33.6,
  gender: 'male',
  genderProbability: 0.81239,
  happy: 0.25,
  pose: { pitch: -1.23456, roll: 2, yaw: 3.00049 },
};
const scaled = { width: 100, height: 100 };

test('the schema of IMM, in pixels of the original', () => {
  const face = toMeasuredFace(RAW, scaled, { width: 1000, height: 500 });
  expect(face).toEqual({
    FigureType: 'face',
    FigureConfidence: 0.977,
    FaceQuality: 0.977,
    Boundary: { Left: 104, Top: 103, Width: 300, Height: 200 },
    Age: 34,
    Gender: 'male',
    GenderConfidence: 0.812,
    Emotion: 'none',
    EmotionConfidence: 0.75,
    HeadPose: { Pitch: -1.235, Roll: 2, Yaw: 3 },
  });
  expect(faceSchema.parse(face)).toEqual(face);
});

test('happiness from one half on, with its own confidence', () => {
  expect(toMeasuredFace({ ...RAW, happy: 0.5 }, scaled, scaled)).toMatchObject({
    Emotion: 'happiness',
    EmotionConfidence: 0.5,
  });
});

test('no pose where there was none to measure', () => {
  expect(toMeasuredFace({ ...RAW, pose: null }, scaled, scaled)).not.toHaveProperty('HeadPose');
});

test('numbers stay in their ranges', () => {
  const face = toMeasuredFace({ ...RAW, score: 1.0001, age: -3 }, scaled, scaled);
  expect(face).toMatchObject({ FigureConfidence: 1, Age: 0 });
});
