// The demo, started by the very command that people use.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import { payload, seal } from './tokens.mjs';

const source = process.env.PORTHOLE_SOURCE_DIR;
const run = promisify(execFile);

// Starts deploy/demo/run and resolves when it has printed its link. What it says while it works
// goes to this process' standard error.
export async function startDemo() {
  const directory = await mkdtemp(path.join(tmpdir(), 'porthole-e2e-'));
  const state = path.join(directory, 'state');
  // Should this process be killed, the kernel ends the demo.
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'TERM', path.join(source, 'deploy/demo/run'), '--port', '0', '--state', state],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, 'line'), ended]);
  if (child.exitCode !== null || child.signalCode !== null) {
    throw new Error(
      `the demo ended (${child.exitCode ?? child.signalCode}) before it printed a link`,
    );
  }
  return new Demo({ child, ended, directory, state, link: first[0] });
}

class Demo {
  constructor({ child, ended, directory, state, link }) {
    this.child = child;
    this.ended = ended;
    this.directory = directory;
    this.state = state;
    this.link = link;
    this.origin = new URL(link).origin;
    this.serialLog = path.join(state, 'serial.log');
    this.log = path.join(state, 'porthole.log');
  }

  // Another link to the virtual machine; flags are portholectl's.
  async anotherLink(...flags) {
    return (await run(path.join(source, 'deploy/demo/link'), [this.state, ...flags])).stdout.trim();
  }

  // portholectl's standard output for a command against the demo's Porthole.
  async control(...words) {
    const address = `unix:${this.state}/control/control.sock`;
    const { stdout } = await run(await this.#controlProgram(), ['--address', address, ...words]);
    return stdout;
  }

  // A token of our own making; see tokens.mjs for what it takes.
  async token(settings) {
    const key = Buffer.from(await readFile(path.join(this.state, 'key'), 'utf8'), 'base64url');
    return seal(payload(settings), 'demo', key);
  }

  async tokenLink(settings) {
    return `${this.origin}/console?token=${await this.token(settings)}`;
  }

  // A link to the virtual machine by a token of our own.
  async machineLink(settings = {}) {
    return this.tokenLink({ console: await this.machine(), ...settings });
  }

  // The virtual machine as a console of a token: target and password.
  async machine() {
    const mint = (await readFile(path.join(this.state, 'mint'), 'utf8')).split('\n');
    return {
      target: mint[mint.indexOf('--target') + 1],
      password: await readFile(path.join(this.state, 'vnc-password'), 'utf8'),
      name: 'web-1',
    };
  }

  // Ctrl-C. Resolves to the exit code.
  async interrupt() {
    this.child.kill('SIGINT');
    const [code] = await this.ended;
    return code;
  }

  // Ends it if it still runs and takes away what it left.
  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGTERM');
      await this.ended;
    }
    await rm(this.directory, { recursive: true, force: true });
  }

  async #controlProgram() {
    return (await readFile(path.join(this.state, 'mint'), 'utf8')).split('\n')[0];
  }
}
