import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readSettings } from '../../../src/app-server/settings';
import { readDeploy, readYaml } from './files';
import { allowedBy, CALLS, NEVER } from './policies';
import { evaluate, referencesOf } from './ros-functions';

/** Properties of each type that the templates use, by the names of Alibaba's official ROS CDK. */
const PROPERTIES: Readonly<Record<string, string>> = {
  'ALIYUN::ECS::VPC': 'CidrBlock VpcName',
  'ALIYUN::ECS::VSwitch': 'CidrBlock VpcId ZoneId',
  'ALIYUN::ECS::SecurityGroup': 'VpcId SecurityGroupIngress',
  'ALIYUN::ECS::Instance':
    'InstanceName ImageId InstanceType InstanceChargeType ZoneId VpcId VSwitchId SecurityGroupId SystemDiskCategory SystemDiskSize AllocatePublicIP InternetChargeType InternetMaxBandwidthOut RamRoleName HttpTokens Password UserData',
  'ALIYUN::OSS::Bucket': 'BucketName AccessControl DeletionForce CORSConfiguration LifecycleConfiguration',
  'ALIYUN::RAM::Role':
    'AssumeRolePolicyDocument RoleName DeletionForce Description MaxSessionDuration Policies PolicyAttachments',
  'ALIYUN::RAM::User': 'UserName Comments DeletionForce PolicyAttachments',
  'ALIYUN::ROS::WaitCondition': 'Handle Timeout Count',
  'ALIYUN::ROS::WaitConditionHandle': '',
};
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  'ALIYUN::ECS::Instance': ['PublicIp'],
  'ALIYUN::RAM::Role': ['Arn', 'RoleName'],
  'ALIYUN::ROS::WaitConditionHandle': ['CurlCli'],
};
const PSEUDO_PARAMETERS = ['ALIYUN::StackName', 'ALIYUN::StackId', 'ALIYUN::Region', 'ALIYUN::TenantId'];

const templateSchema = z.strictObject({
  ROSTemplateFormatVersion: z.literal('2015-09-01'),
  Description: z.record(z.string(), z.string()),
  Parameters: z.record(z.string(), z.looseObject({ Type: z.literal('String') })),
  Resources: z.record(
    z.string(),
    z.strictObject({
      Type: z.string(),
      DependsOn: z.string().optional(),
      Properties: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
  Outputs: z.record(z.string(), z.strictObject({ Description: z.string(), Value: z.unknown() })),
});
type Template = z.output<typeof templateSchema>;

const templateOf = (path: string): Template => templateSchema.parse(readYaml(path));
const SERVER = 'ros/application-server.yaml';

/** What the cloud would fill in. */
const GIVEN: Readonly<Record<string, string>> = {
  BucketName: 'my-bucket',
  ZoneId: 'cn-hangzhou-k',
  InstanceType: 'ecs.e-c1m1.large',
  SystemDiskCategory: 'cloud_essd',
  Password: 'planted-password',
  ProgramUrl: 'https://programs.oss-cn-hangzhou.aliyuncs.com/main.js?x-oss-signature=a%2Fb&x-oss-expires=60',
  ProgramSha256: 'a'.repeat(64),
  NodeUrl: 'https://mirrors.example/node-v20.20.0-linux-x64.tar.xz',
  'ALIYUN::StackName': 'uploads',
  'ALIYUN::StackId': '63661e75-3a41-5fbf-b023-867da6a6aa81',
  'ALIYUN::Region': 'cn-hangzhou',
  'ALIYUN::TenantId': '1234567890123456',
  'Server.PublicIp': '203.0.113.7',
  'ServerRole.Arn': 'acs:ram::1234567890123456:role/upload-server',
  'ServerRole.RoleName': 'upload-server',
  'UploadRole.Arn': 'acs:ram::1234567890123456:role/oss-web-upload',
  'ServerReady.CurlCli': 'echo notified',
  Server: 'i-1',
  ServerReady: 'handle',
  Vpc: 'vpc-1',
  VSwitch: 'vsw-1',
  SecurityGroup: 'sg-1',
  UserName: 'oss-web-upload-server',
};

describe.each([SERVER, 'ros/ram-user.yaml'])('%s', (path) => {
  const template = templateOf(path);
  const { Resources, Parameters } = template;

  it('has only types and properties that ROS knows', () => {
    for (const [name, { Type, Properties }] of Object.entries(Resources)) {
      const known = PROPERTIES[Type];
      expect(known, `${name}: ${Type}`).toBeDefined();
      expect(known?.split(' '), name).toEqual(expect.arrayContaining(Object.keys(Properties)));
    }
  });

  it('refers only to what is there, and to itself in no circle', () => {
    const names = [...Object.keys(Resources), ...Object.keys(Parameters), ...PSEUDO_PARAMETERS];
    for (const { name, attribute } of referencesOf(template)) {
      expect(names).toContain(name);
      const type = Resources[name]?.Type ?? '';
      if (attribute !== null) expect(ATTRIBUTES[type], `${name}.${attribute}`).toContain(attribute);
    }
    const visit = (name: string, above: readonly string[]): void => {
      expect(above, `${name} needs itself`).not.toContain(name);
      const resource = Resources[name];
      if (resource === undefined) return;
      for (const reference of referencesOf(resource.Properties)) visit(reference.name, [...above, name]);
      if (resource.DependsOn !== undefined) visit(resource.DependsOn, [...above, name]);
    };
    for (const name of Object.keys(Resources)) visit(name, []);
  });

  it('uses every parameter', () => {
    const used = new Set(referencesOf(template).map(({ name }) => name));
    expect([...used]).toEqual(expect.arrayContaining(Object.keys(Parameters)));
  });

  it('has defaults that its own patterns take', () => {
    for (const [name, parameter] of Object.entries(Parameters)) {
      const { Default, AllowedPattern, AllowedValues } = parameter;
      if (typeof Default !== 'string') continue;
      if (typeof AllowedPattern === 'string') expect(Default, name).toMatch(new RegExp(AllowedPattern));
      if (Array.isArray(AllowedValues)) expect(AllowedValues, name).toContain(Default);
    }
  });
});

describe('the stack of the application server', () => {
  const template = templateOf(SERVER);
  const resources = z
    .record(z.string(), z.object({ Properties: z.record(z.string(), z.unknown()).default({}) }))
    .parse(evaluate(template.Resources, GIVEN));
  const properties = (name: string): Record<string, unknown> => resources[name]?.Properties ?? {};

  it('has the parameters of the document, and where the programs come from', () => {
    expect(Object.keys(template.Parameters)).toEqual([
      'BucketName',
      'ZoneId',
      'InstanceType',
      'SystemDiskCategory',
      'Password',
      'ProgramUrl',
      'ProgramSha256',
      'NodeUrl',
    ]);
    expect(template.Parameters['Password']?.['NoEcho']).toBe(true);
  });

  it('tells UploadPath and OssClientAddress', () => {
    const values = Object.entries(template.Outputs).map(([name, { Value }]) => [
      name,
      evaluate(Value, GIVEN),
    ]);
    expect(Object.fromEntries(values)).toEqual({
      UploadPath: 'oss://my-bucket/uploads/',
      OssClientAddress: 'http://203.0.113.7',
    });
  });

  it('allows the page of the server to PUT, and no other origin', () => {
    expect(properties('Bucket')).toMatchObject({
      AccessControl: 'private',
      DeletionForce: false,
      CORSConfiguration: {
        CORSRule: [{ AllowedOrigin: ['http://203.0.113.7'], AllowedMethod: ['PUT'], AllowedHeader: ['*'] }],
      },
    });
  });

  it('lets TCP 80 in and nothing else', () => {
    expect(properties('SecurityGroup')['SecurityGroupIngress']).toEqual([
      { IpProtocol: 'tcp', PortRange: '80/80', SourceCidrIp: '0.0.0.0/0', Policy: 'accept' },
    ]);
  });

  it('lets clients upload and resume, and the server assume roles', () => {
    const { Policies, AssumeRolePolicyDocument, RoleName } = properties('UploadRole');
    const [policy] = z.tuple([z.object({ PolicyDocument: z.unknown() })]).parse(Policies);
    const text = JSON.stringify(policy.PolicyDocument);
    expect(allowedBy(text, CALLS.upload)).toEqual(CALLS.upload);
    expect(allowedBy(text, CALLS.resume)).toEqual(CALLS.resume);
    expect(allowedBy(text, [...CALLS.read, ...CALLS.faces, ...NEVER])).toEqual([]);
    expect(AssumeRolePolicyDocument).toEqual({
      Version: '1',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { RAM: ['acs:ram::1234567890123456:role/upload-server'] },
        },
      ],
    });
    expect(RoleName).toMatch(/^[A-Za-z0-9.-]{1,64}$/);
    expect(properties('ServerRole')).toMatchObject({
      PolicyAttachments: { System: ['AliyunSTSAssumeRoleAccess'] },
    });
    expect(properties('ServerRole')['Policies']).toBeUndefined();
  });

  describe('in the user data', () => {
    const userData = String(properties('Server')['UserData']);
    const hereDocument = (end: string) =>
      new RegExp(`<<'?${end}'?\\n(.*?)^${end}$`, 'ms').exec(userData)?.[1] ?? '';

    it('is a script that bash reads, of less than the 16 KB that an instance takes', () => {
      const read = spawnSync('bash', ['-n'], { input: userData, encoding: 'utf8' });
      expect([read.status, read.stderr]).toEqual([0, '']);
      expect(userData.startsWith('#!/bin/bash\n')).toBe(true);
      expect(Buffer.byteLength(userData)).toBeLessThan(16 * 1024);
      expect(userData).not.toContain('${');
    });

    it('is the unit of systemd/, letter by letter', () => {
      expect(hereDocument('UNIT')).toBe(readDeploy('systemd/oss-ferry-app-server.service'));
    });

    it('is an environment that the application server takes, with no secret in it', () => {
      const text = hereDocument('ENVIRONMENT').replace(/\$\(sha256sum.*\)/, 'b'.repeat(64));
      const lines = text.trim().split('\n');
      const read = readSettings(Object.fromEntries(lines.map((line) => line.split('=') as [string, string])));
      expect(read).toMatchObject({
        ok: true,
        settings: { accessKey: null, bucket: 'my-bucket', prefix: 'uploads/', sessionActions: 'upload' },
      });
      expect(userData).not.toContain(GIVEN['Password']);
    });

    it('makes a token whose hash is the one that the server is told', () => {
      const script = [
        "openssl rand -hex 32 | tr -d '\\n' > token",
        `hash=${/BEARER_TOKENS_SHA256=(.*)/.exec(userData)?.[1]?.replace('/root/upload-token', 'token') ?? ''}`,
        'printf %s "$(cat token)" | sha256sum | grep -q "^$hash " && [ ${#hash} = 64 ]',
      ].join('\n');
      const made = spawnSync('bash', ['-c', `cd "$(mktemp -d)" && ${script}`]);
      expect(made.status).toBe(0);
    });
  });
});

describe('the stack of the RAM user', () => {
  it('gives it AliyunSTSAssumeRoleAccess alone, and no key', () => {
    const { Resources } = templateOf('ros/ram-user.yaml');
    expect(Object.values(Resources).map(({ Type }) => Type)).toEqual(['ALIYUN::RAM::User']);
    expect(Resources['User']?.Properties).toMatchObject({
      PolicyAttachments: { System: ['AliyunSTSAssumeRoleAccess'] },
    });
    expect(Object.keys(Resources['User']?.Properties ?? {})).not.toContain('LoginProfile');
  });
});
