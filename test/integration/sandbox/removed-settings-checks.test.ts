import { aliOss, temporaryKeys } from './cloud';
import { send, signedBy } from './raw-request';
import { codeOf, describeChecks, session, thrownCode, type Attack, type Check } from './removed-checks';

const SETTINGS = 'oss/object-settings.ts';

/** Sent as it stands: no client of ours or of others would write these. */
const putWith =
  (headers: Record<string, string>): Attack =>
  async (sandbox) =>
    codeOf(await send(signedBy(aliOss(sandbox), 'PUT', 'a', { headers, body: 'x' })));

const CHECKS: Check[] = [
  {
    name: 'the storage class',
    patch: {
      file: SETTINGS,
      find: 'if (value !== undefined && !STORAGE_CLASSES',
      replace: 'if (false && !STORAGE_CLASSES',
    },
    attack: putWith({ 'x-oss-storage-class': 'Cold' }),
    refusal: 'InvalidArgument',
  },
  {
    name: 'the ACL',
    patch: { file: SETTINGS, find: 'if (!ACLS.includes(value))', replace: 'if (false)' },
    attack: putWith({ 'x-oss-object-acl': 'public' }),
    refusal: 'InvalidArgument',
  },
  {
    name: 'the encryption',
    patch: { file: SETTINGS, find: 'if (method !== undefined && !METHODS', replace: 'if (false && !METHODS' },
    attack: putWith({ 'x-oss-server-side-encryption': 'AES128' }),
    refusal: 'InvalidEncryptionAlgorithmError',
  },
  {
    name: 'that a key goes with KMS',
    patch: { file: SETTINGS, find: "if (keyId !== undefined && method !== 'KMS')", replace: 'if (false)' },
    attack: putWith({
      'x-oss-server-side-encryption': 'AES256',
      'x-oss-server-side-encryption-key-id': 'k',
    }),
    refusal: 'InvalidArgument',
  },
  {
    name: 'the right to give an ACL',
    patch: { file: 'oss/authorize.ts', find: 'if (intent.hasAcl)', replace: 'if (false)' },
    attack: async (sandbox) => {
      const policy = session('acs:oss:*:*:sandbox/*', 'oss:PutObject');
      const client = aliOss(sandbox, await temporaryKeys(sandbox, { policy }));
      const headers = { 'x-oss-object-acl': 'private' };
      return thrownCode(client.put('a', Buffer.from('x'), { headers }));
    },
    refusal: 'AccessDenied',
  },
];

describeChecks(CHECKS);
