// A Porthole of the test's own, beside no demo.
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { fileSays } from './wait.mjs';

const run = promisify(execFile);
const release = path.join(process.env.PORTHOLE_SOURCE_DIR ?? '.', 'build/release');
const porthole = process.env.PORTHOLE_BINARY ?? path.join(release, 'server/porthole');
const portholectl = process.env.PORTHOLECTL_BINARY ?? path.join(release, 'client-sdk/cli/portholectl');

export class TestNode {
  // Starts it; `changes` are laid over the sections of its configuration. Ends with stop().
  static async start(changes = {}) {
    const node = new TestNode();
    node.directory = await mkdtemp(path.join(tmpdir(), 'porthole-e2e-'));
    await run('mkdir', ['-m', '700', path.join(node.directory, 'control')]);
    const configuration = {
      workers: 1,
      listeners: [{ address: '127.0.0.1', port: 0 }],
      control: { unix_socket: { path: path.join(node.directory, 'control/control.sock') } },
      admin: { address: '127.0.0.1', port: 0 },
      viewer: { directory: process.env.PORTHOLE_VIEWER },
      state: {
        state_dir: path.join(node.directory, 'state'),
        key_encryption_key_file: path.join(node.directory, 'key-encryption-key'),
      },
      audit: { file: path.join(node.directory, 'audit.log') },
      ...changes,
      targets: { allow_denied: ['127.0.0.1/32'], ...changes.targets },
    };
    // JSON is YAML, too.
    await node.write('porthole.yaml', JSON.stringify(configuration));
    await node.launch();
    return node;
  }

  at(name) {
    return path.join(this.directory, name);
  }

  async write(name, text) {
    await writeFile(this.at(name), text);
    return this.at(name);
  }

  async launch() {
    const log = this.at(`porthole-${randomBytes(4).toString('hex')}.log`);
    const file = await open(log, 'w');
    this.child = spawn(porthole, ['--config', this.at('porthole.yaml')], {
      stdio: ['ignore', file.fd, file.fd],
    });
    await file.close();
    await fileSays(log, /"event":"started"/);
    const line = (await readFile(log, 'utf8'))
      .split('\n')
      .find((one) => one.includes('"listening"') && one.includes('"public"'));
    this.origin = `http://${JSON.parse(line).address}`;
  }

  control(...words) {
    const address = `unix:${this.at('control/control.sock')}`;
    return run(portholectl, ['--address', address, ...words]);
  }

  async end() {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill();
      await once(this.child, 'exit');
    }
  }

  async stop() {
    await this.end();
    await rm(this.directory, { recursive: true });
  }

  // Gives it the keys of a CloudStack. A store that was made in this very minute believes no ticket
  // of it, so this one is made older.
  async putCloudStack(cloud) {
    await this.control(
      ...['keys', 'put', 'cloudstack-1', '--profile', 'cloudstack'],
      ...['--key-file', await this.write('key', cloud.key.toString('base64url'))],
      ...['--iv-file', await this.write('iv', cloud.iv.toString('base64url'))],
      ...['--hash-key-file', await this.write('hash', cloud.hashKey)],
    );
    await this.end();
    await run('/usr/bin/python3', [
      '-c',
      `import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    database.execute("UPDATE fact SET value = CAST(CAST(value AS INTEGER) - 3600 AS BLOB) "
                     "WHERE name = 'made'")`,
      this.at('state/state.db'),
    ]);
    await this.launch();
  }
}
