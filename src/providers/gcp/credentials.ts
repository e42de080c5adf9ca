/** Who calls: Google's own chain of credentials, or nobody where the API is on this machine and not encrypted. */
import { type AuthClient, GoogleAuth, OAuth2Client } from 'google-auth-library';
import type { GcpSettings } from './schema.ts';

const scope = 'https://www.googleapis.com/auth/cloud-platform';

/**
 * Looks for credentials: a file that `GOOGLE_APPLICATION_CREDENTIALS` names, those of gcloud, those of the machine itself.
 * Throws where there are none.
 */
export async function findCredentials({ endpoint }: Pick<GcpSettings, 'endpoint'>): Promise<AuthClient> {
  if (endpoint?.startsWith('http:') === true) return nobody();
  return await new GoogleAuth({ scopes: [scope] }).getClient();
}

/** A token never leaves this machine unencrypted, so a real one is not even made. */
function nobody(): AuthClient {
  const client = new OAuth2Client();
  client.setCredentials({ access_token: 'nobody', expiry_date: Number.MAX_SAFE_INTEGER });
  return client;
}
