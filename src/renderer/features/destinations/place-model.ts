/** The part of the form that says where a bucket is reached. */
import { endpointOf, type Profile } from '../../../shared/profile';

/** `own-domain` and `other` name an address; the rest follow from the region. */
export const REACHES = [
  'public',
  'internal',
  'accelerate',
  'accelerate-overseas',
  'own-domain',
  'other',
] as const;
export type Reach = (typeof REACHES)[number];

export interface PlaceValues {
  readonly reach: Reach;
  /** Of `own-domain` and `other`. */
  readonly endpoint: string;
  /** Of `other`: the bucket stands in the path, not before the host. */
  readonly inPath: boolean;
}

export const EMPTY_PLACE: PlaceValues = { reach: 'public', endpoint: '', inPath: false };

/** https://www.alibabacloud.com/help/en/oss/user-guide/regions-and-endpoints */
const ADDRESSES: Readonly<Record<Exclude<Reach, 'own-domain' | 'other'>, (region: string) => string>> = {
  public: (region) => `https://oss-${region}.aliyuncs.com`,
  internal: (region) => `https://oss-${region}-internal.aliyuncs.com`,
  accelerate: () => 'https://oss-accelerate.aliyuncs.com',
  'accelerate-overseas': () => 'https://oss-accelerate-overseas.aliyuncs.com',
};
const FIXED = ['public', 'internal', 'accelerate', 'accelerate-overseas'] as const;

/** What an address looks like, for an empty field. */
export const ADDRESS_EXAMPLE = 'https://files.example.com';

export const namesAddress = (reach: Reach): boolean => reach === 'own-domain' || reach === 'other';

/** The address that a reach stands for; null where it is the user who names it. */
export function addressOf(reach: Reach, region: string): string | null {
  return reach === 'own-domain' || reach === 'other' ? null : ADDRESSES[reach](region);
}

export function placeValues(profile: Profile): PlaceValues {
  const endpoint = endpointOf(profile);
  if (profile.addressing === 'cname') return { reach: 'own-domain', endpoint, inPath: false };
  const known = FIXED.find((reach) => ADDRESSES[reach](profile.region) === endpoint.replace(/\/$/, ''));
  if (known !== undefined && profile.addressing !== 'path')
    return { reach: known, endpoint: '', inPath: false };
  return { reach: 'other', endpoint, inPath: profile.addressing === 'path' };
}

/** What the profile says of it, for the schema to judge. */
export function placeInput(
  { reach, endpoint, inPath }: PlaceValues,
  region: string,
): Readonly<Record<string, unknown>> {
  if (reach === 'public') return {};
  if (reach === 'own-domain') return { endpoint: endpoint.trim(), addressing: 'cname' };
  if (reach === 'other') return { endpoint: endpoint.trim(), ...(inPath ? { addressing: 'path' } : {}) };
  return { endpoint: addressOf(reach, region.trim().replace(/^oss-/, '')) };
}
