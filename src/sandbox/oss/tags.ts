import { parseXml } from '../wire/parse-xml';
import { percentEncode } from '../wire/percent-encoding';
import { Refusal } from '../wire/refusal';
import { malformedXml } from './completion';

/** One tag of an object. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

const MAX_TAGS = 10;
const MAX_KEY_CHARACTERS = 128;
const MAX_VALUE_CHARACTERS = 256;
// OSS: letters, digits, spaces and + - = . _ : /
const ALLOWED = /^[A-Za-z0-9 +\-=._:/]*$/;

/**
 * The tags of an x-oss-tagging header, `key=value&…`, percent-encoded. Throws InvalidTag where they break
 * OSS's limits: at most 10, each key once, 128 and 256 characters.
 */
export function parseTags(header: string): Tag[] {
  return checked([...new URLSearchParams(header)].map(([key, value]) => ({ key, value })));
}

/** Tags in the form of the header. */
export function formatTags(tags: readonly Tag[]): string {
  return tags.map(({ key, value }) => `${percentEncode(key)}=${percentEncode(value)}`).join('&');
}

/** Reads the body of PutObjectTagging; throws MalformedXML or InvalidTag. */
export function parseTagging(text: string): Tag[] {
  const root = parseXml(text);
  const set = root?.name === 'Tagging' ? root.children.find(({ name }) => name === 'TagSet') : undefined;
  if (!set) throw malformedXml();
  const tags = set.children.map((tag) => {
    const textOf = (name: string): string => {
      const child = tag.children.find((candidate) => candidate.name === name);
      if (tag.name !== 'Tag' || !child) throw malformedXml();
      return child.text;
    };
    return { key: textOf('Key'), value: textOf('Value') };
  });
  return checked(tags);
}

function checked(tags: Tag[]): Tag[] {
  const isValid =
    tags.length <= MAX_TAGS &&
    new Set(tags.map((tag) => tag.key)).size === tags.length &&
    tags.every(
      ({ key, value }) =>
        key.length >= 1 &&
        key.length <= MAX_KEY_CHARACTERS &&
        value.length <= MAX_VALUE_CHARACTERS &&
        ALLOWED.test(key + value),
    );
  if (!isValid) throw new Refusal(400, 'InvalidTag', 'The tags of the object are invalid.');
  return tags;
}
