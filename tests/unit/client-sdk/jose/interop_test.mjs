// What npm's jose decrypts of the SDK's tokens equals what went in.
//   node interop_test.mjs DIRECTORY_OF_JOSE MINT_TOKENS
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [jose, mintTokens] = process.argv.slice(2)
const { open } = await import(pathToFileURL(join(jose, 'tokens.mjs')))
const key = Uint8Array.from({ length: 32 }, (_, i) => i)
const header = { alg: 'dir', enc: 'A256GCM', kid: 'key-1' }

const least = {
  aud: 'porthole', sub: 'user-42', jti: 'token-1', iat: 1790000000, exp: 1790000060,
  console: { id: 'console-1', target: 'tcp://10.1.34.5:5901' }
}
const everything = {
  ...least, iss: 'cloud-1', aud: 'elsewhere', exp: 1790000090,
  console: {
    ...least.console, name: 'сервер "1" 😀', username: 'alice', password: 'pä"ss\\w0rd\n\u0001',
    tls: { mode: 'disable', server_name: 'kvm-7.example', host_key_sha256: 'f'.repeat(64) }
  },
  policy: {
    view_only: false, clipboard: 'from_console', sharing: 'exclusive', max_duration_s: 28800,
    idle_timeout_s: 900, client_ip: ['203.0.113.7', '2001:db8::/32']
  }
}

const tokens = execFileSync(mintTokens, { encoding: 'utf8' }).trimEnd().split('\n')
assert.equal(tokens.length, 2)
for (const [index, payload] of [least, everything].entries()) {
  assert.deepEqual(await open(tokens[index], key), { header, payload })
  const spoilt = tokens[index].slice(0, -2) + (tokens[index].at(-2) === 'A' ? 'B' : 'A') + 'A'
  await assert.rejects(open(spoilt, key))
}
console.log('2 tokens of the SDK read the same by jose')
