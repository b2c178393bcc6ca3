// What npm's jose mints for the tests: name, payload, header changes, and the end reason that
// Porthole refuses it with (none: it is accepted). `now` is what iat and exp count from.
export function cases(now) {
  const payload = (changes = {}, console = {}) => ({
    iss: 'cloud-1', aud: 'porthole', sub: 'user-42', jti: 'token-1', iat: now, exp: now + 60,
    console: { id: 'console-1', name: 'web-1', target: 'tcp://10.1.34.5:5901', ...console },
    ...changes
  })
  return [
    { name: 'plain', payload: payload() },
    {
      name: 'everything',
      payload: payload(
        {
          nbf: now,
          policy: {
            view_only: true, clipboard: 'to_console', sharing: 'exclusive', max_duration_s: 3600,
            idle_timeout_s: 60, client_ip: ['203.0.113.7/32', '2001:db8::/32']
          }
        },
        { username: 'alice', password: 'pä"ss\\w0rd', tls: { mode: 'disable', server_name: 'kvm' } }
      )
    },
    { name: 'type and content type', payload: payload(), header: { typ: 'JWT', cty: 'json' } },
    { name: 'other scripts', payload: payload({ sub: 'пользователь' }, { name: 'サーバー 😀' }) },
    { name: 'a list of audiences', payload: payload({ aud: ['other', 'porthole'] }) },
    { name: 'times with fractions', payload: payload({ iat: now + 0.25, exp: now + 60.75 }) },
    { name: 'an IPv6 target', payload: payload({}, { target: 'tcp://[2001:db8::1]:5900' }) },
    { name: 'a unix target', payload: payload({}, { target: 'unix:/run/vm/1.sock' }) },
    { name: 'members of its own at the top', payload: payload({ cloud: { zone: [1, 2] } }) },
    { name: 'long', payload: payload({ padding: 'p'.repeat(7500) }) },
    { name: 'too long', payload: payload({ padding: 'p'.repeat(8500) }), reason: 'token_invalid' },
    { name: 'expired', payload: payload({ iat: now - 200, exp: now - 100 }), reason: 'token_expired' },
    {
      name: 'not yet valid',
      payload: payload({ iat: now + 300, exp: now + 360 }),
      reason: 'token_not_yet_valid'
    },
    { name: 'long-lived', payload: payload({ exp: now + 86400 }), reason: 'token_invalid' },
    { name: 'another audience', payload: payload({ aud: 'other' }), reason: 'token_invalid' },
    { name: 'no subject', payload: payload({ sub: undefined }), reason: 'token_invalid' },
    {
      name: 'an unknown restriction',
      payload: payload({ policy: { record: true } }),
      reason: 'token_invalid'
    },
    {
      name: 'a tunnel without a scheme',
      payload: payload({}, { tunnel: { url: 'p' } }),
      reason: 'token_invalid'
    },
    {
      name: 'AES-GCM key wrapping',
      payload: payload(),
      header: { alg: 'A256GCMKW' },
      reason: 'token_invalid'
    },
    { name: 'AES key wrapping', payload: payload(), header: { alg: 'A256KW' }, reason: 'token_invalid' },
    {
      name: 'a critical member',
      payload: payload(),
      header: { crit: ['private'], private: 1 },
      reason: 'token_invalid'
    },
    { name: 'a member more', payload: payload(), header: { jku: 'https://x' }, reason: 'token_invalid' },
    { name: 'no key id', payload: payload(), header: { kid: undefined }, reason: 'token_invalid' }
  ]
}
