// The same for programs in other languages: one JSON request a line on standard input, one JSON
// answer a line on standard output.
//   {"seal": {"key": "<base64url>", "kid": "key-1", "payload": {...}, "header": {...}}}
//     -> {"token": "..."}
//   {"open": {"key": "<base64url>", "token": "..."}}
//     -> {"header": {...}, "payload": {...}} or {"error": "ERR_JWE_DECRYPTION_FAILED"}
import { createInterface } from 'node:readline'
import { fromBase64Url, open, seal } from './tokens.mjs'

async function answer(request) {
  try {
    if (request.seal) {
      const { key, kid, payload, header } = request.seal
      return { token: await seal(payload, fromBase64Url(key), kid, header) }
    }
    return await open(request.open.token, fromBase64Url(request.open.key))
  } catch (error) {
    return { error: error.code ?? String(error) }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answer(JSON.parse(line))))
}
