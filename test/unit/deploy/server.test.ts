import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readArguments } from '../../../src/app-server/arguments';
import { readSettings } from '../../../src/app-server/settings';
import { deployFiles, filledIn, readDeploy, readYaml } from './files';

const root = resolve(import.meta.dirname, '../../..');
const UNIT = 'systemd/oss-ferry-app-server.service';

describe('app-server.env.example', () => {
  it('is an environment that the application server takes', () => {
    const lines = filledIn('app-server.env.example')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    const environment = Object.fromEntries(lines.map((line) => line.split('=') as [string, string]));
    expect(readSettings(environment)).toMatchObject({ ok: true, settings: { bucket: 'my-bucket' } });
  });
});

describe('the container', () => {
  const instructions = readDeploy('container/Containerfile')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => /^([A-Z]+) +(.*)$/.exec(line)?.slice(1) ?? [line, '']);
  const argumentsOf = (name: string) =>
    instructions.filter(([word]) => word === name).map(([, rest]) => rest ?? '');
  const entry = z.array(z.string()).parse(JSON.parse(argumentsOf('ENTRYPOINT')[0] ?? ''));
  const compose = z
    .object({
      services: z.object({
        'app-server': z.object({
          build: z.object({ context: z.string(), dockerfile: z.string() }),
          ports: z.array(z.string()),
          env_file: z.string(),
          read_only: z.literal(true),
          cap_drop: z.tuple([z.literal('ALL')]),
          stop_grace_period: z.string(),
        }),
      }),
    })
    .parse(readYaml('container/compose.yaml')).services['app-server'];

  it('starts the program with arguments that it takes, not as root', () => {
    expect(entry.slice(0, 2)).toEqual(['node', 'main.js']);
    expect(readArguments(entry.slice(2))).toEqual({ host: '0.0.0.0', port: 8080, json: false });
    expect(argumentsOf('EXPOSE')).toEqual(['8080']);
    expect(compose.ports).toEqual(['80:8080']);
    const order = instructions.map(([word]) => word);
    expect(order.indexOf('USER')).toBeGreaterThan(order.indexOf('COPY'));
    expect(argumentsOf('USER')).toEqual(['node']);
  });

  it('runs on a Node that the program needs, and asks its health in words that Node reads', () => {
    expect(argumentsOf('FROM')[0]).toMatch(/\/node:20-/);
    const command = z
      .array(z.string())
      .parse(JSON.parse(/CMD +(\[.*\])/.exec(argumentsOf('HEALTHCHECK')[0] ?? '')?.[1] ?? ''));
    const script = command[2] ?? '';
    const nobody = spawnSync(process.execPath, ['-e', script.replace(':8080', ':1')]);
    expect([command.slice(0, 2), nobody.status, nobody.stderr.toString()]).toEqual([['node', '-e'], 1, '']);
  });

  it('is built from files that are there', () => {
    const context = join(root, 'deploy/container', compose.build.context);
    expect(normalize(context)).toBe(join(root, 'out/app-server'));
    expect(join(context, compose.build.dockerfile)).toBe(join(root, 'deploy/container/Containerfile'));
  });
});

describe('the unit of systemd', () => {
  const sections = new Map<string, [string, string][]>();
  for (const line of readDeploy(UNIT).split('\n')) {
    const head = /^\[(\w+)\]$/.exec(line)?.[1];
    if (head !== undefined) sections.set(head, []);
    else if (line !== '' && !line.startsWith('#'))
      [...sections.values()].at(-1)?.push(/^(\w+)=(.*)$/.exec(line)?.slice(1) as [string, string]);
  }
  const service = new Map(sections.get('Service'));

  it('starts the program with arguments that it takes, on port 80 without being root', () => {
    expect([...sections.keys()]).toEqual(['Unit', 'Service', 'Install']);
    const [node, file, ...words] = (service.get('ExecStart') ?? '').split(' ');
    expect([node, file]).toEqual(['/usr/bin/node', '/opt/oss-ferry/main.js']);
    expect(readArguments(words)).toEqual({ host: '0.0.0.0', port: 80, json: false });
    expect(service.get('DynamicUser')).toBe('yes');
    expect(service.get('CapabilityBoundingSet')).toBe('CAP_NET_BIND_SERVICE');
    expect(service.get('EnvironmentFile')).toBe('/etc/oss-ferry/app-server.env');
  });

  it('lets Node ask for what its filter does not allow, in place of killing it', () => {
    // Seen by strace: Node 20 calls pkey_alloc at its start, which @system-service lacks.
    expect(service.get('SystemCallFilter')).toBe('@system-service');
    expect(service.get('SystemCallErrorNumber')).toBe('EPERM');
  });

  it('is one that systemd-analyze verifies, where that exists', ({ skip }) => {
    const verify = (unit: string) => {
      const folder = mkdtempSync(join(tmpdir(), 'unit-'));
      try {
        const file = join(folder, 'oss-ferry-app-server.service');
        // It also looks whether the program is there; here Node may lie elsewhere.
        writeFileSync(file, unit.replace('/usr/bin/node', process.execPath));
        return spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
      } finally {
        rmSync(folder, { recursive: true });
      }
    };
    const unit = readDeploy(UNIT);
    const good = verify(unit);
    if (good.error !== undefined) skip('systemd-analyze is not installed here');
    expect([good.status, good.stderr]).toEqual([0, '']);
    // And it would have said so.
    expect(verify(unit.replace('ProtectHome=yes', 'ProtectHome=perhaps')).stderr).toContain('protect home');
  });
});

describe('every file of data', () => {
  it('is one document that parses', () => {
    const files = deployFiles();
    const json = files.filter((path) => path.endsWith('.json'));
    const yaml = files.filter((path) => /\.ya?ml$/.test(path));
    for (const path of json) expect(JSON.parse(readDeploy(path)), path).toBeTypeOf('object');
    for (const path of yaml) expect(readYaml(path), path).toBeTypeOf('object');
    const rest = files.filter((path) => ![...json, ...yaml].includes(path));
    expect(rest).toEqual([
      'README.md',
      'app-server.env.example',
      'clean-up.md',
      'container/Containerfile',
      'systemd/oss-ferry-app-server.service',
    ]);
  });
});

describe('README.md and clean-up.md', () => {
  it('name every file of the folder, and only addresses that are there', () => {
    const links = ['README.md', 'clean-up.md'].flatMap((path) =>
      [...readDeploy(path).matchAll(/\]\(([^)#]+)\)/g)].map(([, target = '']) => join(dirname(path), target)),
    );
    for (const target of links) expect(existsSync(join(root, 'deploy', target)), target).toBe(true);
    const named = deployFiles().filter((path) => path !== 'README.md');
    expect(named.filter((path) => !links.includes(path))).toEqual([]);
  });
});
