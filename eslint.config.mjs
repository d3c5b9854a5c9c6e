import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import reactHooks from 'eslint-plugin-react-hooks';
import ts from 'typescript-eslint';
import types from './scripts/type-errors.mjs';

const clock = {
  selector:
    "NewExpression[callee.name='Date'][arguments.length=0], CallExpression[callee.object.name='Date'][callee.property.name='now']",
  message: 'Take the time from Clock.',
};
const autoFocus = {
  selector: "JSXAttribute[name.name='autoFocus'], Property[key.name='autoFocus']",
  message: 'Browsers obey it once in the life of a page. Use takeFocus.',
};
const env = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Read configuration through shared/config.',
};
const tx = {
  selector:
    "CallExpression[callee.object.property.name='transactions'][callee.property.name='run'] MemberExpression[object.object.type='ThisExpression'][object.property.name=/dataSource|[mM]anager$/]",
  message: 'Inside a transaction use the tx you were given.',
};
const sleeping = {
  selector: 'CallExpression[callee.name=/^(sleep|setTimeout|delay)$/]',
  message: 'Wait for a condition with eventually(), never for time.',
};

const waitingForTime = {
  selector:
    "CallExpression[callee.name='eventually'] MemberExpression[object.name=/^(performance|Date)$/][property.name='now']",
  message: 'That is a sleep in disguise: wait for what the time was to bring about.',
};
const loopingForTime = {
  selector:
    ':matches(WhileStatement, DoWhileStatement, ForStatement) > .test MemberExpression[object.name=/^(performance|Date)$/][property.name="now"]',
  message: 'End a loop by a count or by a signal, never by time.',
};
const measuring = {
  selector: "MemberExpression[object.name='performance'][property.name='now']",
  message: 'A test measures no time; what comes with time is allowed for by Refill. Measurements belong to test/long.',
};
const measured = {
  regex: '/best-of(\\.js)?$',
  message: 'A test measures no time. Measurements belong to test/long.',
};

const wholeDatabase = {
  name: '@nestjs/typeorm',
  importNames: ['InjectDataSource', 'InjectEntityManager', 'InjectRepository'],
  message: 'Go through TenantDatabase, which sees the rows of one tenant only; workers through HotPath.',
};
const hotPath = {
  regex: '/shared/database/hot-path(\\.js)?$',
  message: 'HotPath sees the rows of all tenants: what answers a client goes through TenantDatabase.',
};

const GENERATED = 'ui/src/api/generated';
const parserOptions = { project: ['tsconfig.json', 'ui/tsconfig.json'], tsconfigRootDir: import.meta.dirname };

export default defineConfig(
  {
    ignores: ['dist', 'node_modules', '.data', '.cache', 'coverage', 'test/clients/programs'].concat([
      'ui/dist',
      'ui/dist.*',
      GENERATED,
      'ui/public',
    ]),
  },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { types },
    extends: [...ts.configs.strictTypeChecked, ...ts.configs.stylisticTypeChecked],
    languageOptions: { parserOptions },
    rules: {
      'types/errors': ['error', GENERATED],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true, allowStaticOnly: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/naming-convention': [
        'error',
        { selector: 'typeLike', format: ['PascalCase'] },
        { selector: 'interface', format: ['PascalCase'], custom: { regex: '^I[A-Z]', match: false } },
        { selector: 'variable', modifiers: ['const', 'global'], format: ['camelCase', 'UPPER_CASE', 'PascalCase'] },
      ],
      // Answers and entities are plain objects with the shape of their class.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      'no-restricted-syntax': ['error', clock, env, tx],
      'max-depth': ['warn', 3],
      'no-warning-comments': ['warn', { terms: ['fixme', 'xxx', 'todo', 'hack'] }],
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  { files: ['src/shared/config/**', 'src/shared/time/clock.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['src/{subscriptions,ingest,delivery,status,stats/answers,vitals/answers,doctor,replays/answers}/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', { paths: [wholeDatabase] }],
    },
  },
  {
    // Nothing in them works for all tenants at once.
    files: ['src/{subscriptions,status,stats/answers,vitals/answers,doctor,replays/answers}/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [wholeDatabase], patterns: [hotPath] }] },
  },
  {
    files: ['**/*.spec.ts', 'test/**/*.ts'],
    rules: {
      'no-restricted-syntax': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  { files: ['**/*.spec.ts'], rules: { 'no-restricted-syntax': ['error', sleeping, waitingForTime, loopingForTime] } },
  {
    files: ['ui/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      'no-restricted-syntax': ['error', clock, autoFocus],
      // Handlers of events are written in one line, and may start what they do not wait for.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      // The router's way to redirect.
      '@typescript-eslint/only-throw-error': 'off',
    },
  },
  {
    files: ['ui/src/lib/clock.ts', 'ui/**/*.spec.{ts,tsx}', 'ui/pictures/**/*.ts'],
    rules: { 'no-restricted-syntax': 'off', 'no-console': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['**/*.spec.ts'],
    ignores: ['test/long/**'],
    rules: { 'no-restricted-syntax': ['error', sleeping, waitingForTime, loopingForTime, measuring] },
  },
  {
    files: ['test/**/*.spec.ts'],
    ignores: ['test/long/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: [measured] }] },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        AbortController: 'readonly',
        process: 'readonly',
        console: 'readonly',
        fetch: 'readonly',
        module: 'writable',
        performance: 'readonly',
        setTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        clearTimeout: 'readonly',
        AbortSignal: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
      },
    },
  },
  {
    // Scripts of a page.
    files: ['docs/examples/**/*.js'],
    languageOptions: {
      globals: { addEventListener: 'readonly', document: 'readonly', fetch: 'readonly', URL: 'readonly' },
    },
  },
);
