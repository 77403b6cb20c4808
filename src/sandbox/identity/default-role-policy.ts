/**
 * What the role may do where no `--role-policy` is given: all that the product uses, on this bucket and
 * this IMM project.
 */
export function defaultRolePolicy(bucket: string, immProject: string): string {
  return JSON.stringify({
    Version: '1',
    Statement: [
      {
        Effect: 'Allow',
        Action: [
          'oss:PutObject',
          'oss:GetObject',
          'oss:DeleteObject',
          'oss:AbortMultipartUpload',
          'oss:ListParts',
          'oss:PutObjectTagging',
          'oss:PutObjectAcl',
          'oss:GetObjectTagging',
        ],
        Resource: [`acs:oss:*:*:${bucket}/*`],
      },
      {
        Effect: 'Allow',
        Action: ['oss:ListObjects', 'oss:ListMultipartUploads'],
        Resource: [`acs:oss:*:*:${bucket}`],
      },
      { Effect: 'Allow', Action: ['imm:DetectImageFaces'], Resource: [`acs:imm:*:*:project/${immProject}`] },
    ],
  });
}
