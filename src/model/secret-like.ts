/** Whether a value looks like a secret: by its name, by the prefix that its issuer gave it, or by looking like nothing else. */

/** Why it does; undefined: it does not. `name`: of the variable or the option that it is for. */
export function secretLike(name: string | undefined, value: string): string | undefined {
  const known = issued.find(({ shape }) => shape.test(value));
  if (known !== undefined) return known.what;
  if (name !== undefined && saysSecret(name) && isMeant(value)) return `its name is ${name}`;
  return looksRandom(value) ? 'a long word of random characters' : undefined;
}

/**
 * Prefixes by which issuers make their own keys known, so that scanners find them: those of the issuers that a machine with
 * a model server has to do with, out of
 * https://docs.github.com/en/code-security/reference/secret-security/supported-secret-scanning-patterns, checked 2026-11-27.
 */
const issued: readonly { readonly shape: RegExp; readonly what: string }[] = [
  { shape: /-----BEGIN [A-Z ]*PRIVATE KEY/, what: 'a private key' },
  { shape: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/, what: 'an AWS access key' },
  { shape: /\bhf_[A-Za-z0-9]{20,}/, what: 'a Hugging Face token' },
  { shape: /\bsk-[A-Za-z0-9_-]{16,}/, what: 'an API key that begins with sk-' },
  { shape: /\bnvapi-[A-Za-z0-9_-]{20,}/, what: 'an NVIDIA API key' },
  { shape: /\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{22,})/, what: 'a GitHub token' },
  { shape: /\bglpat-[A-Za-z0-9_-]{20,}/, what: 'a GitLab token' },
  { shape: /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/, what: 'a Slack token' },
  { shape: /\bAIza[A-Za-z0-9_-]{35}/, what: 'a Google API key' },
  { shape: /\bya29\.[A-Za-z0-9_-]{20,}/, what: 'a Google access token' },
  { shape: /\bdckr_pat_[A-Za-z0-9_-]{20,}/, what: 'a Docker Hub token' },
  { shape: /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\./, what: 'a JSON web token' },
  { shape: /\b(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{20,}/, what: 'an Azure account key' },
  { shape: /[?&](?:sig|X-Amz-Signature|X-Goog-Signature)=[A-Za-z0-9%+/]{16,}/, what: 'a signed address' },
  { shape: /\b[a-z][a-z0-9+.-]*:\/\/[^\s/@:]*:[^\s/@]+@/i, what: 'an address with a password' },
];

/** The last word decides: HF_TOKEN is one, MAX_TOKENS and TOKENIZER are not. */
function saysSecret(name: string): boolean {
  return /(?:^|[_-])(?:token|secret|password|passwd|passphrase|credentials?|(?:api|access|account|private|secret|app|auth)[_-]?key|apikey)$/i.test(
    name,
  );
}

/** A place where it lies, a switch or a number is not the secret itself. */
function isMeant(value: string): boolean {
  return !/^(?:|\/.*|\d+|true|false|none|null|auto)$/is.test(value);
}

/** Random and no secret: Git revisions, digests that say so, UUIDs (of a GPU, for one). */
const publicNames = /\b[0-9a-f]{40}\b|sha256:[0-9a-f]{64}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi;

/**
 * Words of a language keep to one kind of character for a while, random ones change between small letters, capitals and
 * digits at every second step. How many of random keys are found stands in the test.
 */
function looksRandom(value: string): boolean {
  return value
    .replaceAll(publicNames, ' ')
    .split(/[^A-Za-z0-9+/=_-]/)
    .some((word) => {
      const pieces = word.split(/[+/=_-]+/).filter(isRandomPiece);
      return pieces.reduce((sum, { length }) => sum + length, 0) >= 18;
    });
}

function isRandomPiece(piece: string): boolean {
  if (piece.length < 6 || !/\d/.test(piece)) return false;
  const kinds = [...piece].map((each) => (/\d/.test(each) ? 'digit' : /[a-z]/.test(each) ? 'small' : 'capital'));
  const changes = kinds.filter((kind, index) => index > 0 && kind !== kinds[index - 1]).length;
  return changes / (piece.length - 1) >= 0.26;
}
