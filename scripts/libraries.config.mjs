// For Rolldown, which Vite brings along: bundles the libraries that consist of hundreds of files each, and the programs
// of the service, which do as well.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './toolchain.mjs';

const BUILD = join(root, 'dist');
/** Without these, a program and what is loaded before it would have two copies of a module. */
const PROGRAMS = [
  'src/main',
  'src/main.api',
  'src/main.migrate',
  'src/main.reencrypt',
  'src/main.worker',
  'src/local/local.main',
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

/** Half of the time that class-validator takes to load is for the telephone numbers of all countries. */
const UNUSED = {
  name: 'unused',
  resolveId: (id) => (id === 'libphonenumber-js/max' ? 'unused' : null),
  load: (id) => (id === 'unused' ? 'export const parsePhoneNumber = undefined;' : null),
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

/** Modules look for files beside themselves. */
const PLACES = {
  name: 'places',
  transform: (code, id) =>
    code.includes('import.meta.url')
      ? code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href))
      : null,
};

const programs = PROGRAMS.map((program) => [program, program.replaceAll('/', '-')]);
const programFiles = programs.map(([program, name]) => [`${program}.js`, `programs/${name}.js`]);
writeFileSync(join(directory, 'programs.json'), JSON.stringify(Object.fromEntries(programFiles)));

/** Nothing is left out: a call of `decodeURIComponent` whose result nobody needs may be there because it throws. */
const treeshake = false;
const output = {
  minify: false,
  format: 'esm',
  // Nest and TypeORM look things up by the names of classes.
  keepNames: true,
  // Classes are decorated while modules load, which takes reflect-metadata.
  strictExecutionOrder: true,
  entryFileNames: '[name].js',
  chunkFileNames: 'shared-[hash].js',
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
    output: { ...output, dir: directory },
  },
  {
    input: Object.fromEntries(programs.map(([program, name]) => [name, join(BUILD, `${program}.js`)])),
    platform: 'node',
    // Libraries, of which some are not bundled.
    external: /^[^./]/,
    plugins: [PLACES],
    treeshake,
    logLevel: 'warn',
    output: { ...output, dir: join(directory, 'programs') },
  },
];
