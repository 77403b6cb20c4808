import type { TFunction } from 'i18next';
import { endpointOf, type Profile } from '../../../shared/profile';
import { authorizationValuesOf, FIELDS_OF_WAY } from './authorization-model';
import { CALLBACK_FIELDS, OBJECT_FIELDS, objectValues, type ObjectField } from './object-model';
import { placeValues } from './place-model';
import { isRegionId } from './regions';

type Line = readonly [label: string, value: string];

/** All that a profile from elsewhere asks for, in the words of the form; what is not set has no line. */
export function linesOf(t: TFunction, profile: Profile): readonly Line[] {
  const { bucket, region, prefix, imm, faces } = profile;
  const { way, ...asked } = authorizationValuesOf(profile);
  const lines: readonly (readonly [string, string | undefined])[] = [
    [t('form.fields.bucket'), bucket],
    [t('form.fields.region'), isRegionId(region) ? `${region} · ${t(`regions.${region}`)}` : region],
    [t('form.fields.prefix'), prefix],
    [t('form.reach'), t(`form.reaches.${placeValues(profile).reach}`)],
    [t('form.fields.endpoint'), endpointOf(profile)],
    [t('form.authorization'), t(`ways.kinds.${way}.name`)],
    ...FIELDS_OF_WAY[way].map((field) => [t(`ways.fields.${field}`), asked[field]] as const),
    [t('form.fields.conflict'), t(`form.policies.${profile.conflict ?? 'ask'}`)],
    [t('form.fields.immProject'), imm?.project],
    [t('form.fields.immEndpoint'), imm?.endpoint],
    [t('form.faces'), faces?.detect === 'after-upload' ? t('form.consentOn') : undefined],
    [t('form.ingestLabel'), faces?.ingest === undefined ? undefined : t('form.ingest')],
    [t('form.fields.ingestPrefix'), faces?.ingest?.prefix],
    ...objectLines(t, profile),
  ];
  return lines.flatMap(([label, value = '']) => (value === '' ? [] : [[label, value] as const]));
}

function objectLines(t: TFunction, profile: Profile): readonly Line[] {
  const values = objectValues(profile);
  const { storageClass, acl } = profile.object ?? {};
  const words: Partial<Record<ObjectField, string>> = {
    ...(storageClass === undefined ? {} : { storageClass: t(`form.classes.${storageClass}`) }),
    ...(acl === undefined ? {} : { acl: t(`form.acls.${acl}`) }),
  };
  // Without an address the form would fill in a body of its own.
  const callback = CALLBACK_FIELDS.filter((field) => field === 'noticeUrl' || values.callbackUrl !== '');
  return [...OBJECT_FIELDS, ...callback].map((field) => [
    t(`form.fields.${field}`),
    words[field] ?? values[field],
  ]);
}
