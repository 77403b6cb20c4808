import type { RunningSandbox } from '../../../src/sandbox/start-sandbox';
import { temporaryKeys } from './cloud';
import { post, signedForm, type Form, type PostVersion } from './post-form';
import { codeOf, describeChecks, onMovedClock, session, type Attack, type Check } from './removed-checks';

type Options = Parameters<typeof signedForm>[2];

/** Posts a form that ali-oss has signed and the attack has spoiled. */
const posts =
  (version: PostVersion, spoil: (form: Form) => void = () => undefined, options: Options = {}): Attack =>
  async (sandbox) => {
    const form = signedForm(sandbox, version, options);
    spoil(form);
    return codeOf(await post(sandbox, form));
  };

const wrongSecret =
  (version: PostVersion): Attack =>
  (sandbox) =>
    posts(version, undefined, { keys: { accessKeyId: sandbox.accessKeyId, accessKeySecret: 'wrong' } })(
      sandbox,
    );

const withField =
  (name: string, value: string) =>
  (form: Form): void => {
    form.fields[name] = value;
  };

const inSession =
  (policy: object, attack: (options: Options) => Attack) =>
  async (sandbox: RunningSandbox): Promise<string | null> =>
    attack({ keys: await temporaryKeys(sandbox, { policy }) })(sandbox);

const POLICY = 'oss/post/post-policy.ts';
const CLAIM = 'oss/post/form-claim.ts';
const SIGNATURE = {
  file: CLAIM,
  find: 'if (isSameSecret(expected, claim.signature)) return;',
  replace: 'return;',
};

const CHECKS: Check[] = [
  {
    name: 'the signature of a form, V1',
    patch: SIGNATURE,
    attack: wrongSecret('V1'),
    refusal: 'SignatureDoesNotMatch',
  },
  {
    name: 'the signature of a form, V4',
    patch: SIGNATURE,
    attack: wrongSecret('V4'),
    refusal: 'SignatureDoesNotMatch',
  },
  {
    name: 'the end of a policy',
    patch: { file: POLICY, find: 'if (nowMs >= policy.expiresAt)', replace: 'if (false)' },
    attack: onMovedClock(3_600_000, (sandbox) => {
      const form = signedForm(sandbox, 'V1');
      return Promise.resolve(async () => codeOf(await post(sandbox, form)));
    }),
    refusal: 'AccessDenied',
  },
  {
    name: 'the conditions of a policy',
    patch: { file: POLICY, find: 'if (!holds(condition, valueOf(condition.field)))', replace: 'if (false)' },
    attack: posts('V4', withField('key', 'elsewhere/a.txt')),
    refusal: 'AccessDenied',
  },
  {
    name: 'the prefix that starts-with names',
    patch: {
      file: POLICY,
      find: "value.startsWith(values[0] ?? '')",
      replace: "value.includes(values[0] ?? '')",
    },
    attack: posts('V1', withField('key', 'elsewhere/uploads/a.txt')),
    refusal: 'AccessDenied',
  },
  {
    name: 'the values of in',
    patch: {
      file: POLICY,
      find: "    case 'in':\n      return values.includes(value);",
      replace: "    case 'in':\n      return true;",
    },
    attack: posts('V1', withField('Cache-Control', 'c'), {
      conditions: [['in', '$cache-control', ['a', 'b']]],
    }),
    refusal: 'AccessDenied',
  },
  {
    name: 'the values of not-in',
    patch: { file: POLICY, find: 'return !values.includes(value);', replace: 'return true;' },
    attack: posts('V1', withField('Cache-Control', 'a'), {
      conditions: [['not-in', '$cache-control', ['a', 'b']]],
    }),
    refusal: 'AccessDenied',
  },
  {
    name: 'the most that a file may be',
    patch: {
      file: POLICY,
      find: 'if (sizeBytes <= Math.min(policy.mostBytes, limitBytes)) return;',
      replace: 'return;',
    },
    attack: posts('V4', undefined, { conditions: [['content-length-range', 0, 4]] }),
    refusal: 'EntityTooLarge',
  },
  {
    name: 'the least that a file may be',
    patch: { file: POLICY, find: 'if (sizeBytes >= policy.leastBytes) return;', replace: 'return;' },
    attack: posts('V4', undefined, { conditions: [['content-length-range', 6, 9]] }),
    refusal: 'EntityTooSmall',
  },
  {
    name: 'what a V4 policy must fix',
    patch: { file: CLAIM, find: 'if (open !== undefined)', replace: 'if (false)' },
    attack: posts('V4', undefined, {
      change: (policy) => {
        policy.conditions = policy.conditions.filter(
          (condition) => !JSON.stringify(condition).includes('x-oss-date'),
        );
      },
    }),
    refusal: 'InvalidPolicyDocument',
  },
  {
    name: 'the seven days of a V4 form',
    patch: { file: CLAIM, find: 'signedAt + MAX_AGE_MS < nowMs', replace: 'false' },
    attack: posts('V4', undefined, { date: new Date(Date.now() - 8 * 24 * 3_600_000) }),
    refusal: 'AccessDenied',
  },
  {
    name: 'that the token of a form belongs to its key',
    patch: {
      file: 'oss/authenticate.ts',
      find: 'if (owner.accessKeyId !== claim.accessKeyId)',
      replace: 'if (false)',
    },
    attack: async (sandbox) => {
      const [one, other] = [await temporaryKeys(sandbox), await temporaryKeys(sandbox)];
      return posts('V4', undefined, { keys: { ...other, accessKeyId: one.accessKeyId } })(sandbox);
    },
    refusal: 'AccessKeyIdAndSecurityTokenNotMatch',
  },
  {
    name: 'the rights of a session that posts',
    patch: {
      file: 'oss/oss-service.ts',
      find: 'authorize(exchange, intent, caller, this.#registry);',
      replace: '',
    },
    attack: inSession(session('acs:oss:*:*:sandbox/mine/*'), (options) => posts('V1', undefined, options)),
    refusal: 'AccessDenied',
  },
  {
    name: 'the right to tag in a form',
    patch: {
      file: 'oss/oss-service.ts',
      find: "isTagged: fields.has('x-oss-tagging')",
      replace: 'isTagged: false',
    },
    attack: inSession(session('*', 'oss:PutObject'), (options) =>
      posts('V1', withField('x-oss-tagging', 'a=1'), options),
    ),
    refusal: 'AccessDenied',
  },
  {
    name: 'forbid-overwrite at the moment a form is stored',
    patch: {
      file: 'oss/post/post-object.ts',
      find: 'const check = (): void => refuseOverwrite(bucket, form);',
      replace: 'const check = (): void => undefined;',
    },
    attack: async (sandbox) => {
      const form = { ...signedForm(sandbox, 'V1'), headers: { 'x-oss-forbid-overwrite': 'true' } };
      const file = new Blob([Buffer.alloc(400_000)]);
      const codes = await Promise.all(
        [1, 2, 3, 4].map(async () => codeOf(await post(sandbox, { ...form, file }))),
      );
      return codes.filter((code) => code === null).length === 1 ? 'FileAlreadyExists' : null;
    },
    refusal: 'FileAlreadyExists',
  },
  {
    name: 'that the file is the last field',
    patch: { file: 'oss/post/read-form.ts', find: ' || isBehindFile) throw', replace: ') throw' },
    attack: posts('V1', (form) => {
      form.hasLateField = true;
    }),
    refusal: 'MalformedPOSTRequest',
  },
  {
    name: 'the 8 KB of a field',
    patch: { file: 'oss/post/read-form.ts', find: 'if (isTooLong) throw', replace: 'if (false) throw' },
    attack: posts('V1', withField('note', 'x'.repeat(9_000))),
    refusal: 'FieldItemTooLong',
  },
];

describeChecks(CHECKS);
