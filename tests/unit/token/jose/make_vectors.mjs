// node make_vectors.mjs JOSE_DIRECTORY > ../vectors/jose.json: what vectors_test.cc opens without
// any network. Run again when cases.mjs changes.
import { cases } from './cases.mjs'

const { fromBase64Url, seal } = await import(`${process.argv[2]}/tokens.mjs`)
const key = Buffer.from('0123456789abcdef0123456789ABCDEF').toString('base64url')
const now = 1790000000
const tokens = []
for (const { name, payload, header, reason } of cases(now)) {
  const token = await seal(payload, fromBase64Url(key), 'key-1', header)
  tokens.push({ name, reason: reason ?? '', payload: JSON.parse(JSON.stringify(payload)), token })
}
console.log(JSON.stringify({ key, kid: 'key-1', now, tokens }, null, 1))
