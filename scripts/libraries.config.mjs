// For Rolldown, which Vite brings along: bundles the libraries that consist of hundreds of files each, for Jest, and the
// programs of the service with all that they import, for processes of tests.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './toolchain.mjs';

const BUILD = join(root, 'dist');
/** What is loaded before a program is here as well if it changes modules of the program. */
const PROGRAMS = [
  'src/main',
  'src/main.api',
  'src/main.migrate',
  'src/main.reencrypt',
  'src/main.worker',
  'src/local/local.main',
  'test/faults/preloads/broken-metrics',
  'test/faults/preloads/tenant-scope',
];
/** Those that the sources import. What they import themselves is bundled with them. */
const BUNDLED = [
  '@fastify/static',
  '@nestjs/bull',
  '@nestjs/common',
  '@nestjs/common/constants.js',
  '@nestjs/common/enums/route-paramtypes.enum.js',
  '@nestjs/core',
  '@nestjs/platform-fastify',
  '@nestjs/platform-fastify/constants.js',
  '@nestjs/swagger',
  '@nestjs/terminus',
  '@nestjs/typeorm',
  'ajv-formats',
  'ajv/dist/2020.js',
  'axios',
  'bull',
  'class-validator',
  'ioredis',
  'pg',
  'prom-client',
  'rxjs',
  'typeorm',
  'undici',
  'zod',
];
/** What reads files of its own. */
const SEPARATE = ['pino', 'swagger-ui-dist'];
/** What the bundled libraries load only if an application uses it. None of this is installed. */
const ABSENT = [
  '@fastify/multipart',
  '@fastify/view',
  '@mikro-orm/core',
  'class-transformer',
  /^@grpc\//,
  /^@nestjs\/(axios|graphql|microservices|mongoose|platform-express|sequelize|websockets)\b/,
  /^class-transformer\//,
];

/**
 * What our programs never use, although libraries load it: telephone numbers of all countries, half of the time that
 * class-validator takes to load, and the adapter of axios for `fetch`.
 */
const UNUSED = {
  name: 'unused',
  resolveId: (id) => (id === 'libphonenumber-js/max' ? 'unused:telephones' : null),
  load: (id) => {
    if (id === 'unused:telephones') return 'export const parsePhoneNumber = undefined;';
    return id.endsWith('/axios/lib/adapters/fetch.js') ? 'export const getFetch = undefined;' : null;
  },
};

const directory = process.env.LIBRARIES_DIRECTORY;
const entries = join(directory, 'entries');
mkdirSync(entries, { recursive: true });

const input = {};
const index = {};
for (const library of BUNDLED) {
  const name = library.replace(/^@/, '').replaceAll('/', '-').replace(/\.js$/, '');
  input[name] = join(entries, `${name}.mjs`);
  index[library] = `${name}.js`;
  writeFileSync(input[name], `export { ${(await exportsOf(library)).join(', ')} } from '${library}';\n`);
}
writeFileSync(join(directory, 'index.json'), JSON.stringify(index));

/** Named one by one, because a CommonJS module says only when it runs what it exports. */
async function exportsOf(library) {
  return Object.keys(await import(library)).filter((name) => name !== 'module.exports');
}

/** In a file of CommonJS, modules still look for files and packages from where they are. */
const PLACES = {
  name: 'places',
  transform: (code, id) =>
    code
      // So that what they require is bundled, too.
      .replace(/^const require = createRequire\(import\.meta\.url\);$/m, '')
      .replaceAll('import.meta.resolve', '((name) => new URL(`file://${require.resolve(name)}`).href)')
      .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href)),
};

/**
 * Made when modules load, and not needed then: formats of dates for a logger of Nest that ours replaces, and all of the
 * `fetch` of Node.js, in which axios finds FormData. No program of ours sends any.
 */
const LATER = {
  name: 'later',
  transform: (code, id) => {
    if (id.endsWith('/axios/lib/utils.js')) return code.replaceAll('G.FormData', 'undefined');
    return /\/@nestjs\/common\/services\/[\w-]*logger\.service\.js$/.test(id)
      ? code.replace(/new (Intl\.DateTimeFormat\(undefined, \{[^}]+\}\))/, '{ format: (date) => $1.format(date) }')
      : null;
  },
};

const programs = new Map(PROGRAMS.map((program) => [join(BUILD, `${program}.js`), program]));
const STARTS = 'programs';
/** Programs wait at their top level, which CommonJS cannot. */
const PROGRAM = {
  name: 'program',
  resolveId: (id) => (id === STARTS ? id : null),
  load: (id) => {
    if (id !== STARTS) return null;
    const starts = [...programs].map(([file, name]) => `'${name}.js': () => import('${file}')`);
    return `export const programs = { ${starts.join(', ')} };`;
  },
  transform: (code, id) =>
    programs.has(id) ? `${code.replace(/(?:^import [^\n]+\n)+/m, '$&void (async () => {\n')}\n})();` : null,
};

/** Nothing is left out: a call of `decodeURIComponent` whose result nobody needs may be there because it throws. */
const treeshake = false;
const output = {
  minify: false,
  // Nest and TypeORM look things up by the names of classes.
  keepNames: true,
  // Classes are decorated while modules load, which takes reflect-metadata.
  strictExecutionOrder: true,
  entryFileNames: '[name].js',
};

export default [
  {
    input,
    platform: 'node',
    external: [...SEPARATE, ...ABSENT],
    plugins: [UNUSED],
    treeshake,
    transform: { define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' } },
    logLevel: 'warn',
    output: { ...output, format: 'esm', chunkFileNames: 'shared-[hash].js', dir: directory },
  },
  {
    input: { service: STARTS },
    platform: 'node',
    external: [...SEPARATE, ...ABSENT],
    plugins: [UNUSED, PLACES, LATER, PROGRAM],
    treeshake,
    logLevel: 'warn',
    output: {
      ...output,
      format: 'cjs',
      codeSplitting: false,
      dynamicImportInCjs: false,
      // Twice as fast to read as any text.
      charset: 'ascii',
      comments: false,
      // As Node.js wraps modules of CommonJS. Added when it is read, this would copy all of it.
      banner: '(function (module, exports, require, __dirname, __filename) {',
      footer: '})',
      entryFileNames: '[name].cjs',
      dir: directory,
    },
  },
];
