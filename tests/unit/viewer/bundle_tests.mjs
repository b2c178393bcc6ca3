// node bundle_tests.mjs MODULES OUT TEST…: makes of each test, with the TypeScript that it
// imports, one file that any supported node runs as it is.
import { createRequire } from 'node:module';
import path from 'node:path';

const [modules, out, ...tests] = process.argv.slice(2);
const esbuild = createRequire(path.join(path.resolve(modules), 'package.json'))('esbuild');
await esbuild.build({
  entryPoints: tests,
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'es2022',
  logLevel: 'warning',
});
