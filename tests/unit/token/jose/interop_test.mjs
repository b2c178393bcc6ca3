// node interop_test.mjs JOSE_DIRECTORY OPEN_TOKENS_PROGRAM: what npm's jose mints now, with fresh
// keys, our server opens, and finds in it what went in.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { cases } from './cases.mjs'

const [joseDirectory, program] = process.argv.slice(2)
const { fromBase64Url, seal } = await import(`${joseDirectory}/tokens.mjs`)

function expected(payload, kid) {
  const { console: host, policy = {} } = payload
  return {
    kid, jti: payload.jti, iss: payload.iss, sub: payload.sub,
    iat: Math.floor(payload.iat), exp: Math.floor(payload.exp),
    id: host.id, name: host.name, target: host.target,
    username: host.username ?? '', password: host.password ?? '',
    policy: {
      view_only: policy.view_only ?? null, max_duration_s: policy.max_duration_s ?? null,
      idle_timeout_s: policy.idle_timeout_s ?? null, client_ip: policy.client_ip ?? []
    }
  }
}

const requests = []
const checks = []
async function add(name, payload, header, check) {
  const key = randomBytes(32).toString('base64url')
  const kid = `key-${randomUUID()}`
  const token = await seal(payload, fromBase64Url(key), kid, header)
  requests.push({ key, kid, now: Math.floor(Date.now() / 1000), token })
  checks.push({ name, check: answer => check(answer, kid) })
}

for (const { name, payload, header, reason } of cases(Math.floor(Date.now() / 1000))) {
  await add(name, payload, header, (answer, kid) => {
    if (reason) assert.equal(answer.refusal, reason, answer.detail)
    else assert.deepEqual(answer.grant, expected(payload, kid), answer.detail)
  })
}
// Every length of the last base64url group, in every part that varies.
for (let size = 0; size < 64; ++size) {
  const now = Math.floor(Date.now() / 1000)
  const payload = {
    iss: '', aud: 'porthole', sub: 's', jti: randomUUID(), iat: now, exp: now + 1 + size,
    console: { id: 'c', name: '', target: 'tcp://h:1', password: 'x'.repeat(size) }
  }
  await add(`password of ${size}`, payload, {}, (answer, kid) =>
    assert.deepEqual(answer.grant, expected(payload, kid), answer.detail))
}

const run = spawnSync(program, {
  input: requests.map(request => JSON.stringify(request) + '\n').join(''),
  encoding: 'utf8',
  maxBuffer: 64 << 20
})
assert.equal(run.status, 0, run.stderr)
const answers = run.stdout.trimEnd().split('\n').map(line => JSON.parse(line))
assert.equal(answers.length, checks.length)
for (const [i, { name, check }] of checks.entries()) {
  try {
    check(answers[i])
  } catch (error) {
    error.message = `${name}: ${error.message}`
    throw error
  }
}
console.log(`${checks.length} tokens minted by jose were judged as they should be`)
