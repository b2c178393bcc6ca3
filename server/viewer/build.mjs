// Builds the viewer: node build.mjs MODULES OUT
//   MODULES  the directory that holds node_modules (package.json's dependencies)
//   OUT      gets console.html, terminal.html, error.html and assets/; what was there before is replaced
// Every asset's name has its content's hash in it, so that browsers may keep it for ever.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const source = path.dirname(fileURLToPath(import.meta.url));
const [modules, out] = process.argv.slice(2).map((directory) => path.resolve(directory));
const esbuild = createRequire(path.join(modules, 'package.json'))('esbuild');
// Beside OUT, and moved there whole: a server that runs never sees half a viewer.
const fresh = `${out}.new`;

// Top-level await in noVNC needs es2022.
const bundling = {
  absWorkingDir: source,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  nodePaths: [path.join(modules, 'node_modules')],
  write: false,
  logLevel: 'warning',
};

async function bundle(entry, options) {
  const built = await esbuild.build({ ...bundling, entryPoints: [entry], ...options });
  return built.outputFiles[0].text;
}

// Writes an asset and returns its address relative to the page.
async function emit(name, extension, content) {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
  const address = `assets/${name}-${hash}.${extension}`;
  await writeFile(path.join(fresh, address), content);
  return address;
}

// The words of the table of ends, for the page that has no script.
async function endTable() {
  const code = await bundle('src/end_table.ts', { platform: 'neutral' });
  return (await import(`data:text/javascript,${encodeURIComponent(code)}`)).ends;
}

// All headlines are in the error page, and the style sheet shows the one that fits.
function headlines(ends) {
  const known = Object.entries(ends).map(
    ([reason, { headline }]) => `<span data-when="${reason}">${headline}</span>`,
  );
  return [...known, '<span data-when="other">The console cannot be opened</span>'].join(
    '\n        ',
  );
}

function headlineRules(ends) {
  const reasons = Object.keys(ends);
  const chosen = reasons.map((reason) => `[data-reason="${reason}"] [data-when="${reason}"]`);
  const any = reasons.map((reason) => `[data-reason="${reason}"]`);
  return `[data-when]{display:none}
    ${chosen.join(',')},body:not(${any.join(',')}) [data-when="other"]{display:inline}`;
}

// Bundles a style sheet with more rules behind it.
async function emitStyle(name, more) {
  const rules = (await bundle(`styles/${name}.css`, {})) + more;
  const styles = await esbuild.transform(rules, { loader: 'css', minify: true, target: 'es2022' });
  return emit(name, 'css', styles.code);
}

async function emitScript(name, entry, banner) {
  return emit(name, 'js', await bundle(entry, { minify: true, banner: { js: banner } }));
}

// Writes the page `name`, made of `template`.
async function writePage(template, name, replacements) {
  let page = await readFile(path.join(source, template), 'utf8');
  for (const [mark, text] of Object.entries(replacements)) {
    if (!page.includes(mark)) {
      throw new Error(`${template} has no ${mark}`);
    }
    page = page.replaceAll(mark, text);
  }
  await writeFile(path.join(fresh, name), page);
}

await rm(fresh, { recursive: true, force: true });
await mkdir(path.join(fresh, 'assets'), { recursive: true });

const ends = await endTable();
const addresses = {
  '%icon%': await emit('favicon', 'svg', await readFile(path.join(source, 'favicon.svg'))),
};
const style = await emitStyle('viewer', headlineRules(ends));
const notice = (names) => `/* Includes ${names}, unchanged: see licenses.txt beside this file. */`;
const pages = {
  'console.html': {
    '%style%': style,
    '%script%': await emitScript('console', 'src/main.ts', notice('noVNC (MPL-2.0)')),
    '%viewer%': 'screen',
    '%screen%': 'Screen',
  },
  'terminal.html': {
    '%style%': await emitStyle('terminal', ''),
    '%script%': await emitScript('terminal', 'src/terminal_main.ts', notice('xterm.js (MIT)')),
    '%viewer%': 'terminal',
    '%screen%': 'Terminal',
  },
};
for (const [name, replacements] of Object.entries(pages)) {
  await writePage('console.html', name, { ...addresses, ...replacements });
}
await writePage('error.html', 'error.html', {
  ...addresses,
  '%style%': style,
  '%headlines%': headlines(ends),
});

// What the licences of what is inside ask for: their texts beside it.
const licenses = [
  '@novnc/novnc/LICENSE.txt',
  '@novnc/novnc/docs/LICENSE.MPL-2.0',
  '@novnc/novnc/vendor/pako/LICENSE',
  '@xterm/xterm/LICENSE',
  '@xterm/addon-fit/LICENSE',
];
const texts = licenses.map(
  async (name) => `${name}\n\n${await readFile(path.join(modules, 'node_modules', name), 'utf8')}`,
);
await writeFile(path.join(fresh, 'assets/licenses.txt'), (await Promise.all(texts)).join('\n\n'));

await rm(out, { recursive: true, force: true });
await rename(fresh, out);
