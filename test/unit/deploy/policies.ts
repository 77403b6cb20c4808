import { isAllowed } from '../../../src/sandbox/identity/policy-evaluation';
import { parsePolicy } from '../../../src/sandbox/identity/policy';

/** What somebody tries: an action, on what, with which conditions. */
export type Attempt = readonly [action: string, resource: string, context?: Readonly<Record<string, string>>];

const oss = (rest: string): string => `acs:oss:oss-cn-hangzhou:1234567890123456:${rest}`;
const project = (name: string, account = '1234567890123456'): string =>
  `acs:imm:cn-hangzhou:${account}:project/${name}`;
const prefix = (value: string) => ({ 'oss:prefix': value });

/** Each right that clients of the product can have, as calls; the lists of policies name them. */
export const CALLS = {
  upload: [
    ['oss:PutObject', oss('my-bucket/uploads/a.txt')],
    ['oss:PutObject', oss('my-bucket/uploads/2024/図/a b.txt')],
  ],
  resume: [
    ['oss:ListParts', oss('my-bucket/uploads/a.txt')],
    ['oss:AbortMultipartUpload', oss('my-bucket/uploads/a.txt')],
  ],
  read: [
    ['oss:GetObject', oss('my-bucket/uploads/a.txt')],
    ['oss:PutObjectTagging', oss('my-bucket/uploads/a.txt')],
    ['oss:ListObjects', oss('my-bucket'), prefix('uploads/')],
    ['oss:ListObjects', oss('my-bucket'), prefix('uploads/2024/')],
    ['oss:ListMultipartUploads', oss('my-bucket')],
  ],
  faces: [['imm:DetectImageFaces', project('faces')]],
} as const satisfies Record<string, readonly Attempt[]>;

/** What none of the policies may ever allow. */
export const NEVER: readonly Attempt[] = [
  ['oss:PutObject', oss('my-bucket/elsewhere/a.txt')],
  ['oss:PutObject', oss('my-bucket/uploads')],
  ['oss:PutObject', oss('my-bucket/uploads2/a.txt')],
  ['oss:PutObject', oss('my-bucket2/uploads/a.txt')],
  ['oss:PutObject', oss('other/my-bucket/uploads/a.txt')],
  ['oss:GetObject', oss('my-bucket/private/a.txt')],
  ['oss:AbortMultipartUpload', oss('my-bucket/private/a.txt')],
  ['oss:DeleteObject', oss('my-bucket/uploads/a.txt')],
  ['oss:PutObjectAcl', oss('my-bucket/uploads/a.txt')],
  ['oss:ListObjects', oss('my-bucket')],
  ['oss:ListObjects', oss('my-bucket'), prefix('')],
  ['oss:ListObjects', oss('my-bucket'), prefix('private/')],
  ['oss:PutBucketAcl', oss('my-bucket')],
  ['oss:DeleteBucket', oss('my-bucket')],
  ['oss:ListBuckets', oss('*')],
  ['imm:DetectImageFaces', project('other')],
  ['imm:DetectImageFaces', project('faces', '9999999999999999')],
  ['imm:DeleteProject', project('faces')],
  ['sts:AssumeRole', 'acs:ram::1234567890123456:role/administrator'],
  ['ram:CreateUser', 'acs:ram::1234567890123456:user/*'],
];

/** The attempts that a policy allows. */
export function allowedBy(policy: string, attempts: readonly Attempt[]): readonly Attempt[] {
  const parsed = parsePolicy(policy);
  return attempts.filter(([action, resource, context = {}]) =>
    isAllowed([parsed], { action, resource, context: new Map(Object.entries(context)) }),
  );
}
