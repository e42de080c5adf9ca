/** Who calls: Google's own chain of credentials, or nobody where the API is on this machine and not encrypted. */
import { type AuthClient, GoogleAuth, OAuth2Client } from 'google-auth-library';
import type { GcpSettings } from './schema.ts';

const scope = 'https://www.googleapis.com/auth/cloud-platform';

/** Looks for credentials; throws where there are none. With none of our own, it asks the metadata server of a machine. */
export async function findCredentials({
  credentials,
  endpoint,
}: Pick<GcpSettings, 'credentials' | 'endpoint'>): Promise<AuthClient> {
  if (endpoint?.startsWith('http:') === true) return nobody();
  const auth = new GoogleAuth({
    scopes: [scope],
    ...(credentials === undefined ? {} : { keyFilename: credentials.keyFile }),
  });
  return await auth.getClient();
}

/** A token never leaves this machine unencrypted, so a real one is not even made. */
function nobody(): AuthClient {
  const client = new OAuth2Client();
  client.setCredentials({ access_token: 'nobody', expiry_date: Number.MAX_SAFE_INTEGER });
  return client;
}
