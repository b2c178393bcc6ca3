// Porthole tokens by the npm package `jose`: an implementation that shares nothing with ours.
import { webcrypto } from 'node:crypto'

globalThis.crypto ??= webcrypto // Node 18 has it, but not as a global
const { CompactEncrypt, compactDecrypt, decodeProtectedHeader } = await import('jose')

export const fromBase64Url = text => new Uint8Array(Buffer.from(text, 'base64url'))

// Seals `payload` (an object) with `key` (32 bytes) for the key id `kid`; `header` adds members or
// replaces them, undefined takes them away.
export async function seal(payload, key, kid, header = {}) {
  const members = { alg: 'dir', enc: 'A256GCM', kid, ...header }
  for (const name of Object.keys(members)) {
    if (members[name] === undefined) delete members[name]
  }
  const crit = Object.fromEntries((members.crit ?? []).map(name => [name, true]))
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader(members)
    .encrypt(key, { crit })
}

// The protected header and the payload (parsed) of `token`; throws what jose throws.
export async function open(token, key) {
  const { plaintext, protectedHeader } = await compactDecrypt(token, key, {
    keyManagementAlgorithms: ['dir'],
    contentEncryptionAlgorithms: ['A256GCM']
  })
  return { header: protectedHeader, payload: JSON.parse(new TextDecoder().decode(plaintext)) }
}

export { decodeProtectedHeader }
