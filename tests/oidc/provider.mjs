// A real OpenID Connect provider (npm oidc-provider, certified) on loopback, with people of three groups. It says where
// it is in its first line and runs until its standard input ends, so that it never outlives the test that started it.
//
//   node provider.mjs [--claims-in-id-token]
//
// Any password is right. POST /rotate gives it new signing keys and forgets the old ones.

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

// oidc-provider wants Node 22.1 for this alone.
URL.parse ??= (text, base) => (URL.canParse(text, base) ? new URL(text, base) : null);
const { default: Provider } = await import('oidc-provider');

const PEOPLE = {
  alice: { name: 'Alice Archer', preferred_username: 'alice', email: 'alice@example.com', groups: ['network', 'netbox-admins'] },
  bob: { name: 'Bob Baker', preferred_username: 'bob', email: 'bob@example.com', groups: ['network'] },
  eve: { preferred_username: 'eve', email: 'eve@example.com', groups: ['visitors'] },
};
const REDIRECT = 'http://127.0.0.1/sign-in/oidc/callback';

function signingKeys() {
  const common = { use: 'sig', kid: randomUUID() };
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  return { keys: [{ ...rsa, ...common, alg: 'RS256' }] };
}

function provider(issuer) {
  const made = new Provider(issuer, {
    // Native, so that a loopback address may have any port (RFC 8252, section 7.3).
    clients: [
      { client_id: 'chatbox', client_secret: 'a/secret+with%reserved&characters:of=all@kinds', application_type: 'native', redirect_uris: [REDIRECT] },
      { client_id: 'public-chatbox', token_endpoint_auth_method: 'none', application_type: 'native', redirect_uris: [REDIRECT] },
    ],
    jwks: signingKeys(),
    cookies: { keys: ['only for tests'] },
    claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'], email: ['email'] },
    conformIdTokenClaims: !process.argv.includes('--claims-in-id-token'),
    pkce: { required: () => true },
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 600, IdToken: 60, Interaction: 600, Session: 600 },
    findAccount: (_, id) => PEOPLE[id] && { accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) },
  });
  // Where the chat listens is not known yet when this starts.
  made.Client.prototype.postLogoutRedirectUriAllowed = (address) => /^http:\/\/127\.0\.0\.1:\d+\/$/.test(address);
  return made.callback();
}

let answer = (_, response) => response.end();
const server = createServer((request, response) => {
  if (request.method === 'POST' && request.url === '/rotate') {
    answer = provider(issuer);
    response.end();
  } else {
    answer(request, response);
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
answer = provider(issuer);
console.log(issuer);
process.stdin.resume().on('end', () => process.exit());
