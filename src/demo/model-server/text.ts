/** The text a model would make: the same prompt and seed always give the same words. */

const words =
  'the bird flies north over the cold sea without a rest and the wind is kind to those who keep their course by star and tide'.split(
    ' ',
  );
const echo = /reply with (?:only )?the single word:?\s*"?([\p{L}\p{N}_-]+)/iu;

/** At most `maxTokens` tokens, one word each; asked for a single word, it gives that word. */
export function completionTokens(prompt: string, seed: number, maxTokens: number): readonly string[] {
  const asked = echo.exec(prompt)?.[1];
  if (asked !== undefined) return [asked].slice(0, Math.max(1, maxTokens));
  let state = hash(prompt, seed);
  return Array.from({ length: maxTokens }, (_, index) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return `${index === 0 ? '' : ' '}${words[state % words.length]}`;
  });
}

/** Ends the text before the first of the stop texts, and says why it ended. */
export function cutAtStop(
  tokens: readonly string[],
  { stops, maxTokens }: { readonly stops: readonly string[]; readonly maxTokens: number },
): { readonly tokens: readonly string[]; readonly finishReason: 'stop' | 'length' } {
  const text = tokens.join('');
  const places = stops.map((stop) => text.indexOf(stop)).filter((place) => place >= 0);
  if (places.length === 0) return { tokens, finishReason: tokens.length < maxTokens ? 'stop' : 'length' };
  let left = Math.min(...places);
  const kept: string[] = [];
  for (const token of tokens) {
    if (left <= 0) break;
    kept.push(token.slice(0, left));
    left -= token.length;
  }
  return { tokens: kept, finishReason: 'stop' };
}

/** FNV-1a, so that near prompts differ. */
function hash(text: string, seed: number): number {
  let value = (2_166_136_261 ^ seed) >>> 0;
  for (let index = 0; index < text.length; index += 1)
    value = Math.imul(value ^ text.charCodeAt(index), 16_777_619) >>> 0;
  return value;
}

/** Uniform numbers in [0, 1) from a seed (mulberry32): heavy tails that repeat. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A log-normal time around its median (Box–Muller). */
export function logNormal(medianMs: number, sigma: number, random: () => number): number {
  if (sigma === 0) return medianMs;
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return medianMs * Math.exp(sigma * normal);
}
