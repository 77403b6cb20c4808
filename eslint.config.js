const js = require('@eslint/js');
const boundaries = require('eslint-plugin-boundaries');
const compat = require('eslint-plugin-compat');
const globals = require('globals');
const jsxA11y = require('eslint-plugin-jsx-a11y');
const node = require('eslint-plugin-n');
const reactHooks = require('eslint-plugin-react-hooks');
const tseslint = require('typescript-eslint');

// The layer law of docs/architecture.md. A room may import itself and what stands here, nothing else.
const LAW = {
  shared: [],
  engine: ['shared'],
  oss: ['grants', 'imm', 'shared'],
  grants: ['oss', 'imm', 'shared'],
  imm: ['oss', 'grants', 'shared'],
  store: ['shared'],
  faces: [],
  host: ['engine', 'oss', 'grants', 'imm', 'store', 'faces', 'shared'],
  main: ['host', 'grants', 'imm', 'shared'],
  cli: ['host', 'grants', 'imm', 'shared'],
  preload: ['shared'],
  renderer: ['feature', 'shared'],
  feature: ['renderer', 'shared'],
  'app-server': ['shared'],
  sandbox: ['faces'],
};

const policy = (type, ...to) => ({
  from: { element: { type } },
  allow: { to: { element: { type: to } } },
});
/** Layers that lie inside another one; the other patterns are `src/<layer>`. */
const INNER = { feature: 'src/renderer/features/*', grants: 'src/oss/grants', imm: 'src/oss/imm' };
const rooms = Object.keys(LAW).filter((room) => !(room in INNER));
const policies = Object.entries(LAW)
  .filter(([room]) => room !== 'feature')
  .map(([room, to]) => policy(room, room, ...to));
// The wire and the store implement the engine's ports and see nothing else of it.
policies.push({
  from: { element: { type: ['oss', 'grants', 'imm', 'store'] } },
  allow: { to: { element: { type: 'engine' }, file: { categories: 'ports' } } },
});
policies.push({
  from: { element: { type: 'feature' } },
  allow: { to: { element: { type: ['shared', 'renderer'] } } },
});
policies.push({
  from: { element: { type: 'feature' } },
  allow: { to: { element: { type: 'feature', captured: { feature: '{{from.captured.feature}}' } } } },
});

const elements = [
  { type: 'feature', pattern: INNER.feature, capture: ['feature'] },
  { type: 'grants', pattern: INNER.grants },
  { type: 'imm', pattern: INNER.imm },
  ...rooms.map((room) => ({ type: room, pattern: `src/${room}` })),
];

const ban = (names, message) => names.map((name) => ({ name, message }));
const SYNTAX = [
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
  { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
];
/** Allowed where a certificate is looked at and nothing is sent, which is one file. */
const UNCHECKED_TLS = {
  selector: 'Property[key.name="rejectUnauthorized"]',
  message: 'Certificates are checked, always.',
};

const NOT_PURE =
  'The engine and shared know the world only through ports (src/engine/ports.ts, queue-ports.ts).';
const nodeBuiltins = require('node:module').builtinModules.flatMap((name) => [name, `node:${name}`]);
const forbidImports = (names, message) => ({
  'no-restricted-imports': ['error', { paths: names.map((name) => ({ name, message })) }],
});

module.exports = tseslint.config(
  { ignores: ['out/', 'dist/', 'node_modules/', 'test-results/', 'playwright-report/', 'coverage/'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx,mts}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: __dirname } },
    plugins: { boundaries },
    settings: {
      'boundaries/elements': elements,
      'boundaries/files': [{ category: 'ports', pattern: 'src/engine/{ports,queue-ports}.ts' }],
      'import/resolver': { typescript: { project: 'tsconfig/test.json', noWarnOnMultipleProjects: true } },
    },
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': ['error', ...SYNTAX, UNCHECKED_TLS],
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    rules: { 'boundaries/dependencies': ['error', { default: 'disallow', policies }] },
  },
  {
    files: ['src/engine/**/*.ts', 'src/shared/**/*.ts'],
    rules: {
      ...forbidImports(nodeBuiltins, NOT_PURE),
      'no-restricted-globals': [
        'error',
        ...ban(
          [
            'setTimeout',
            'setInterval',
            'setImmediate',
            'queueMicrotask',
            'fetch',
            'process',
            'Buffer',
            'performance',
          ],
          NOT_PURE,
        ),
      ],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: NOT_PURE }],
    },
  },
  {
    files: ['src/engine/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...ban(
          [
            'Date',
            'setTimeout',
            'setInterval',
            'setImmediate',
            'queueMicrotask',
            'fetch',
            'process',
            'Buffer',
            'performance',
          ],
          NOT_PURE,
        ),
      ],
    },
  },
  {
    files: ['src/{oss,store,host,main,preload,cli,app-server,sandbox}/**/*.ts'],
    plugins: { n: node },
    // Electron 25 runs Node 18.15: what it lacks must not be called without asking first.
    rules: {
      'n/no-unsupported-features/node-builtins': [
        'error',
        { version: '18.15.0', ignores: ['util.parseArgs', 'fetch', 'Headers', 'Response', 'Request'] },
      ],
    },
  },
  {
    files: ['src/{shared,engine,oss,store,host,cli,app-server,sandbox,faces,renderer}/**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { paths: [{ name: 'electron', message: 'Only main and preload know Electron.' }] },
      ],
    },
  },
  {
    files: ['src/main/**/*.ts'],
    ignores: ['src/main/ipc/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'electron',
              importNames: ['ipcMain', 'ipcRenderer'],
              message: 'Channels are served in src/main/ipc alone.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src/renderer/**/*.{ts,tsx}'],
    extends: [jsxA11y.flatConfigs.strict, compat.configs['flat/recommended']],
    plugins: { 'react-hooks': reactHooks },
    languageOptions: { globals: globals.browser },
    settings: { targets: ['chrome 114'] },
    rules: {
      ...reactHooks.configs.recommended.rules,
      'no-restricted-imports': [
        'error',
        { paths: nodeBuiltins.map((name) => ({ name, message: 'The renderer has no Node.' })) },
      ],
    },
  },
  {
    files: ['**/*.tsx'],
    rules: { 'max-lines-per-function': ['error', { max: 120, skipBlankLines: true, skipComments: true }] },
  },
  {
    files: ['test/**/*.{ts,tsx}', 'bench/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'no-console': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  { files: ['*.config.{ts,mts}'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['src/host/doctor/certificates.ts'], rules: { 'no-restricted-syntax': ['error', ...SYNTAX] } },
  {
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: { globals: globals.node },
    rules: { 'max-lines': ['error', 400] },
  },
  { files: ['src/app-server/pages/*.js'], languageOptions: { globals: globals.browser } },
  { files: ['eslint.config.js', '**/*.cjs'], languageOptions: { sourceType: 'commonjs' } },
);
