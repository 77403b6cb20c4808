import type { TFunction } from 'i18next';
import type { Face, FacesSource } from '../../../shared/faces';
import type { Format } from '../../i18n/format';

/** The values that the documents name; others are shown as they came. */
const VALUES = {
  Gender: ['female', 'male'],
  Emotion: ['happiness', 'none'],
  Glasses: ['glasses', 'sunglasses', 'none'],
  Mask: ['mask', 'none'],
  Hat: ['hat', 'none'],
  Beard: ['beard', 'none'],
  Mouth: ['open', 'close'],
} as const;

export type Trait = keyof typeof VALUES;
const TRAITS = Object.keys(VALUES) as Trait[];

export interface Attribute {
  readonly name: Trait | 'Age';
  readonly label: string;
  readonly value: string;
  /** "99.6%"; null where the answer says nothing of it. */
  readonly confidence: string | null;
}

const MOST_LETTERS = 40;

function isKnown<T extends Trait>(trait: T, value: string): value is (typeof VALUES)[T][number] {
  return (VALUES[trait] as readonly string[]).includes(value);
}

function valueWords(t: TFunction, trait: Trait, value: string): string {
  if (isKnown(trait, value)) return t(`faces.values.${trait}.${value}` as 'faces.values.Mouth.open');
  return value.slice(0, MOST_LETTERS);
}

/** "about 36 years (± 5), the service’s estimate" */
function ageWords(t: TFunction, format: Format, face: Face, source: FacesSource): string | null {
  if (face.Age === undefined) return null;
  const age = format.count(Math.round(face.Age));
  if (face.AgeSD === undefined) return t(`faces.age.${source}`, { age });
  return t(`faces.age.${source}Within`, { age, within: format.count(Math.round(face.AgeSD)) });
}

/** What the answer says of one face, in the order of the pane; what it leaves out is left out. */
export function attributesOf(
  t: TFunction,
  format: Format,
  face: Face,
  source: FacesSource,
): readonly Attribute[] {
  const age = ageWords(t, format, face, source);
  const first: Attribute[] =
    age === null ? [] : [{ name: 'Age', label: t('faces.traits.Age'), value: age, confidence: null }];
  const traits = TRAITS.flatMap((name): Attribute[] => {
    const value = face[name];
    if (value === undefined || value === '') return [];
    const confidence = face[`${name}Confidence`];
    return [
      {
        name,
        label: t(`faces.traits.${name}`),
        value: valueWords(t, name, value),
        confidence: confidence === undefined ? null : format.confidence(confidence),
      },
    ];
  });
  return [...first, ...traits];
}

export interface Gauge {
  readonly name: 'FaceQuality' | 'Sharpness';
  readonly label: string;
  /** From 0 to 1, for the bar. */
  readonly share: number;
  readonly words: string;
}

export function gaugesOf(t: TFunction, format: Format, face: Face): readonly Gauge[] {
  return (['FaceQuality', 'Sharpness'] as const).flatMap((name): Gauge[] => {
    const value = face[name];
    if (value === undefined) return [];
    const share = Math.max(0, Math.min(1, value));
    return [{ name, label: t(`faces.traits.${name}`), share, words: format.measure(value) }];
  });
}

/** One line for the list: "about 36 years, happy". */
export function summaryOf(t: TFunction, format: Format, face: Face): string {
  const happy = face.Emotion === 'happiness';
  if (face.Age === undefined) return t(happy ? 'faces.summary.happy' : 'faces.summary.plain');
  const age = format.count(Math.round(face.Age));
  return t(happy ? 'faces.summary.ageHappy' : 'faces.summary.age', { age });
}

/** Whether anything is said that is an estimate about a person. */
export const hasEstimates = (faces: readonly Face[]): boolean =>
  faces.some((face) => face.Age !== undefined || face.Gender !== undefined || face.Emotion !== undefined);
