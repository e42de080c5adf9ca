/** Fields that several parts of the configuration share. */
import { z } from 'zod';
import { listenPattern } from '../model/listen.ts';

// Objects put names that are whole numbers before all others, and the order of sites is their order of preference.
const namePattern = /^(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** A site's or deployment's name; also part of file names and of host names. */
export const name = z
  .string()
  .regex(
    namePattern,
    'names are lower-case letters, digits and hyphens, at most 63 and not digits alone, such as chat-70b',
  );
/** A whole number within limits. */
export const count = (description: string, least: number, most: number) =>
  z.int().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`).meta({ description });
/** A number of bytes. */
export const size = (description: string) =>
  z
    .int()
    .min(1, 'must be at least 1')
    .meta({ description: `${description}, bytes` });
/** Where something listens. */
export const address = (description: string, example: string) =>
  z
    .string()
    .regex(listenPattern, `an address is written host:port, such as ${example}`)
    .meta({ description, examples: [example] });
/** A path of a URL. */
export const path = (description: string) =>
  z
    .string()
    .regex(/^\//, 'must begin with /')
    .meta({ description, examples: ['/health'] });
/**
 * Registry, path, tag and digest of a container image. The grammar of
 * https://pkg.go.dev/github.com/distribution/reference, checked 2026-11-27; the look-ahead bounds what it is matched against.
 */
export const imageReference =
  /^(?=.{1,512}$)(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;
