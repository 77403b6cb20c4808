/**
 * What is used of face-api, with types of our own: the library's bring a second copy of tfjs's, which do not fit those
 * of tfjs itself, and the DOM's.
 */
import type { Tensor3D } from '@tensorflow/tfjs-core';
import * as untyped from '@vladmandic/face-api/dist/face-api.node-wasm.js';
import type { Point } from './head-pose';

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export interface Detection {
  readonly box: Rectangle;
  readonly score: number;
}
export interface Landmarks {
  /** 68 of them. */
  readonly positions: readonly Point[];
  shiftBy(x: number, y: number): Landmarks;
  /** The rectangle that the networks for attributes were trained on. */
  align(): Rectangle;
}
interface Net {
  loadFromDisk(folder: string): Promise<void>;
}
type Rect = Rectangle & { readonly isRect: true };

interface FaceApi {
  readonly env: {
    monkeyPatch(parts: { fetch: () => Promise<never>; readFile: (path: string) => Promise<Buffer> }): void;
  };
  readonly Rect: new (x: number, y: number, width: number, height: number) => Rect;
  readonly extractFaceTensors: (image: Tensor3D, faces: readonly Rect[]) => Promise<readonly Tensor3D[]>;
  readonly nets: {
    readonly ssdMobilenetv1: Net & {
      locateFaces(
        image: Tensor3D,
        options: { minConfidence: number; maxResults: number },
      ): Promise<readonly Detection[]>;
    };
    readonly tinyFaceDetector: Net & {
      locateFaces(image: Tensor3D, options: { inputSize: number }): Promise<readonly Detection[]>;
    };
    readonly faceLandmark68Net: Net & { detectLandmarks(face: Tensor3D): Promise<Landmarks> };
    readonly ageGenderNet: Net & {
      predictAgeAndGender(
        face: Tensor3D,
      ): Promise<{ age: number; gender: 'male' | 'female'; genderProbability: number }>;
    };
    readonly faceExpressionNet: Net & {
      /** Seven probabilities whose sum is 1. */
      predictExpressions(face: Tensor3D): Promise<{ readonly happy: number }>;
    };
  };
}

export const { env, extractFaceTensors, nets, Rect } = untyped as unknown as FaceApi;
