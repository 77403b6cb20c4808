import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { I18nextProvider } from 'react-i18next';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { createStore } from 'zustand/vanilla';
import {
  detectImageFacesSchema,
  inReadingOrder,
  type Face,
  type FacesDetail,
  type FacesResult,
} from '../../../../../src/shared/faces';
import { fault, type FaultCode } from '../../../../../src/shared/faults';
import type { Language } from '../../../../../src/shared/language';
import { immPermissionRequest } from '../../../../../src/shared/imm-permission';
import type { Bridge } from '../../../../../src/shared/ipc/contract';
import { profileSchema } from '../../../../../src/shared/profile';
import { FaceBoxes } from '../../../../../src/renderer/features/faces/boxes';
import { FacesPane } from '../../../../../src/renderer/features/faces/faces-pane';

import { AppContextProvider, type AppContext } from '../../../../../src/renderer/app-context';
import { createWords } from '../../../../../src/renderer/i18n/index';
import { createAppStore, type AppState } from '../../../../../src/renderer/store/app-store';
import { FacesStore } from '../../../../../src/renderer/store/faces-store';
import { QueueStore } from '../../../../../src/renderer/store/queue-store';
import { createViewStore } from '../../../../../src/renderer/store/view-store';

const SAMPLE = readFileSync(
  join(import.meta.dirname, '../../../../fixtures/detect-image-faces.json'),
  'utf8',
);
const sample = detectImageFacesSchema.parse(JSON.parse(SAMPLE));
const frame = { width: 680, height: 680 };

const profile = profileSchema.parse({
  name: 'team-media',
  bucket: 'team-media',
  region: 'cn-hangzhou',
  authorization: { kind: 'token-server', url: 'https://upload.example.com/token' },
  imm: { project: 'press' },
  faces: { ingest: { ask: true, tag: true, prefix: 'ingest/private/' } },
});

function ferry(): AppContext {
  const bridge = {} as Bridge;
  const keptIn = 'nowhere' as const;
  const credentials = { configured: true, expiresAt: null, accessKeyIdHint: null, keptIn };
  // Drawn without a page, a component sees what the store began with.
  const app = createStore<AppState>(() => ({
    ...createAppStore().getState(),
    destinations: [{ destinationId: 'd' as never, profile, credentials }],
  }));
  return {
    bridge,
    app,
    queue: new QueueStore(bridge),
    faces: new FacesStore(bridge),
    view: createViewStore(),
  };
}

const result = (faces: readonly Face[], more: Partial<FacesResult> = {}): FacesResult => ({
  source: 'imm',
  state: { kind: 'found', at: 1, milliseconds: 240 },
  project: 'press',
  etag: null,
  image: null,
  faces: [...faces],
  raw: SAMPLE,
  ...more,
});

function paneOf(
  shown: FacesResult | null,
  more: Partial<FacesDetail> = {},
  language: Language = 'en',
): string {
  const faces = shown?.faces ?? [];
  const detail = {
    itemId: 1,
    batchId: 1,
    destinationId: 'd',
    name: 'press/portrait.png',
    key: 'press/portrait.png',
    sizeBytes: 773_000,
    state: { kind: 'done', at: 1 },
    imm: shown?.source === 'imm' ? shown : null,
    local: shown?.source === 'local' ? shown : null,
    decision: null,
    immRefusal: null,
    immWait: null,
    ...more,
  } as FacesDetail;
  return renderToStaticMarkup(
    <I18nextProvider i18n={createWords(language)}>
      <AppContextProvider value={ferry()}>
        <FacesPane
          detail={detail}
          result={shown}
          picture={undefined}
          onSource={() => undefined}
          faces={faces}
          order={inReadingOrder(faces)}
          chosen={0}
          lit={null}
          onChoose={() => undefined}
          onLit={() => undefined}
        />
      </AppContextProvider>
    </I18nextProvider>,
  );
}

/** Terms and what stands beside them, as a reader hears them. */
const pairs = (html: string): Record<string, string> =>
  Object.fromEntries(
    [...html.matchAll(/<dt>(.*?)<\/dt>(.*?)(?=<dt>|<\/dl>)/g)].map(([, term = '', rest = '']) => [
      term,
      rest
        .replace(/<\/dd><dd[^>]*>/g, ' | ')
        .replace(/<[^>]+>/g, '')
        .replace(/^ \| /, ''),
    ]),
  );

describe('the sample answer of the documents', () => {
  const html = paneOf(result(sample.Faces));

  it('is shown with every attribute and how sure it is', () => {
    expect(pairs(html)).toEqual({
      Age: 'about 45 years (± 7), the service’s estimate',
      Gender: 'Female, an estimate | 100%',
      Emotion: 'Happiness | 98.4%',
      Glasses: 'Glasses | 97.6%',
      Mask: 'None | 76.4%',
      Hat: 'None | 100%',
      Beard: 'None | 98.7%',
      Mouth: 'Open | 99.9%',
      Quality: '0.94',
      Sharpness: '1.00',
      Pitch: '−16.2°',
      Yaw: '3.4°',
      Roll: '−5.1°',
    });
    expect(html).toContain('aria-label="Head pose: pitch −16 degrees, yaw 3, roll −5"');
    expect(html).toContain('1 face');
    expect(html).toContain('IMM, project press, 240 ms');
    expect(html).toContain('They are not facts about the person.');
  });

  it.each(['zh-CN', 'ja'] as const)('has words of its own for all of it in %s', (language) => {
    const english = pairs(html);
    const words = pairs(paneOf(result(sample.Faces), {}, language));
    const [terms, spoken] = [Object.keys(english), ['Gender', 'Emotion', 'Glasses', 'Mask', 'Mouth', 'Age']];
    expect(Object.keys(words)).toHaveLength(terms.length);
    for (const [index, [term, said]] of Object.entries(words).entries()) {
      const name = terms[index] ?? '';
      expect(term).not.toBe(name);
      if (spoken.includes(name)) expect(said).not.toMatch(/[a-z]{3}/i);
    }
  });

  it('keeps to itself how attractive somebody is said to be, and names nobody', () => {
    expect(html).not.toMatch(/attractive|0\.04|figure|047d8d12|cluster/i);
  });

  it('gives one box, where the answer says', () => {
    const boxes = renderToStaticMarkup(
      <FaceBoxes faces={sample.Faces} order={[0]} frame={frame} wordsOf={() => 'Face 1 of 1'} />,
    );
    expect(boxes.match(/facebox/g)).toHaveLength(1);
    expect(boxes).toContain('left:26.765%;top:25.735%;width:44.706%;height:56.029%');
    expect(boxes).toContain('role="option"');
  });
});

describe('other answers', () => {
  it('are read whatever fields they have that nobody knows', () => {
    const strange = detectImageFacesSchema.parse({
      RequestId: 'x',
      Surprise: true,
      Faces: [{ Age: 'old', Aura: 'blue', Emotion: 'contempt', EmotionConfidence: 0.5 }],
    });
    const html = paneOf(result(strange.Faces));
    expect(pairs(html)).toEqual({ Emotion: 'contempt | 50%' });
    expect(html).not.toMatch(/aura|blue|old/);
  });

  it('without Faces and with none say that there is none', () => {
    for (const answer of [{ RequestId: 'x' }, { Faces: [] }])
      expect(paneOf(result(detectImageFacesSchema.parse(answer).Faces))).toMatch(/<h2>No face<small>/);
  });

  it('with 300 faces list them all and detail one', () => {
    const [face = {}] = sample.Faces;
    const faces = Array.from({ length: 300 }, (_, index) => ({
      ...face,
      Boundary: { Left: (index % 20) * 30, Top: Math.floor(index / 20) * 40, Width: 20, Height: 20 },
    }));
    const html = paneOf(result(faces));
    expect(html.match(/role="option"/g)).toHaveLength(300);
    expect(html).toContain('300 faces');
    expect(html.match(/<dt>Age<\/dt>/g)).toHaveLength(1);
  });

  it('of this device say so, and say only what was measured', () => {
    const face: Face = { Boundary: { Left: 1, Top: 1, Width: 2, Height: 2 }, FigureConfidence: 0.97 };
    const html = paneOf(result([face], { source: 'local', project: null }), { immRefusal: 'no-project' });
    expect(html).toContain('found on this device');
    expect(html).toContain('97%');
    expect(pairs(html)).toEqual({});
    expect(html).not.toContain('estimate from');
    expect(html).toContain('This destination names no IMM project');
    expect(html).not.toContain('Look for faces');
  });
});

describe('what is not found', () => {
  const failed = (code: FaultCode, more: Partial<FacesResult> = {}) =>
    result([], {
      ...more,
      state: { kind: 'failed', at: 1, fault: fault(code, 'NoPermission', { requestId: 'R-1' }) },
    });

  it('is said in words, with what to do and the request ID', () => {
    const html = paneOf(failed('object-gone'));
    expect(html).toContain('The object is no longer in the bucket.');
    expect(html).toContain('R-1');
    expect(html).not.toContain('administrator');
  });

  it('does not say of IMM what is true of uploads alone', () => {
    expect(paneOf(failed('clock-skew'))).toContain('IMM refuses the time of this computer.');
    expect(paneOf(failed('clock-skew'))).not.toContain('Corrected for');
    expect(paneOf(failed('bad-answer'))).not.toContain('OSS.');
    expect(paneOf(failed('picture-too-large', { source: 'local' }))).toContain('Save a smaller copy');
  });

  it('gives the administrator the statement where a right is missing', () => {
    const request = immPermissionRequest(profile);
    const html = paneOf(failed('imm-no-permission'));
    expect(html).toContain('>Copy the request for your administrator</button>');
    expect(html.replaceAll('&quot;', '"')).toContain(`>${request}</pre>`);
    expect(paneOf(failed('object-gone'))).not.toContain('</pre>');
    expect(JSON.parse(request)).toEqual({
      Effect: 'Allow',
      Action: ['imm:DetectImageFaces'],
      Resource: ['acs:imm:cn-hangzhou:*:project/press'],
    });
  });
});

describe('privacy', () => {
  const sentence = 'Alibaba Cloud IMM reads this picture in your bucket.';

  it('says what IMM reads where it can be asked for the first time, and offers to clear what it said', () => {
    expect(paneOf(null)).toContain(sentence);
    expect(paneOf(null, { immRefusal: 'no-project' })).not.toContain(sentence);
    expect(paneOf(result(sample.Faces))).not.toContain(sentence);
    expect(paneOf(result(sample.Faces))).toContain('>Clear result</button>');
  });
});

describe('a question that waits', () => {
  const waiting = result([], { state: { kind: 'waiting' } });

  it('says what it waits for, and that it is asked again by itself', () => {
    const immWait = fault('throttled', 'IMM asks to slow down (Throttling.User).');
    const html = paneOf(waiting, { immWait });
    expect(html).toContain('IMM asks to slow down.');
    expect(html).toContain('It is asked again by itself; the upload is not affected.');
    expect(html).toContain('(Throttling.User)');
    expect(html).not.toContain('bucket’s request limit');
  });

  it('uses the words of every fault where it is none of IMM', () => {
    const html = paneOf(waiting, { immWait: fault('credentials-missing', '') });
    expect(html).toContain('There are no credentials for this destination yet.');
  });

  it('is being asked where nothing is in the way, and this device waits for no IMM', () => {
    expect(paneOf(waiting)).toContain('IMM is being asked.');
    const here = result([], { source: 'local', state: { kind: 'waiting' } });
    expect(paneOf(here, { immWait: fault('throttled', '') })).not.toContain('slow down');
  });
});

describe('the rule of a destination', () => {
  const asks = { faces: 6, asks: true, tag: 'faces=6', key: 'ingest/private/portrait.png' };

  it('says key and tag before anything is sent, and gives both answers', () => {
    const html = paneOf(result(sample.Faces, { source: 'local' }), {
      decision: asks,
      state: { kind: 'paused', why: 'faces' },
      immRefusal: 'not-uploaded',
    });
    expect(html).toContain(
      'This picture goes to <span class="mono">ingest/private/portrait.png</span> and gets the tag <span class="mono">faces=6</span>.',
    );
    expect(html).toContain('Nothing leaves this computer for the detection.');
    expect(html).toContain('>Upload to private/</button>');
    expect(html).toContain('>Upload as usual</button>');
    expect(html).toContain('Not uploaded yet');
  });

  it('can be followed after it was taken back: what it decided stands', () => {
    const decided = { ...asks, key: 'other/portrait.png' };
    const html = paneOf(result([], { source: 'local' }), {
      decision: decided,
      destinationId: 'gone' as never,
    });
    expect(html).toContain('>Upload by the rule</button>');
  });

  it('asks no more once it is decided', () => {
    const html = paneOf(result(sample.Faces), { decision: { ...asks, asks: false } });
    expect(html).toContain('Rule of team-media');
    expect(html).not.toContain('Upload as usual');
  });
});
