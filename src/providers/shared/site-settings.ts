/** Settings that sites of several clouds have alike. */
import { z } from 'zod';

/** Another address for an API: https, or http on this machine, and never with a user's name in it. */
export function ownAddress(what = 'an endpoint') {
  return z
    .string()
    .regex(
      /^(https:\/\/[^\s/@]+|http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?)\/?$/,
      `${what} is https, or http on this machine`,
    );
}

/** `more`: what it does beside, as a clause. */
export function requestAddress(more?: string) {
  const words = ['Which of a machine’s addresses requests go to', ...(more === undefined ? [] : [more])];
  return z
    .enum(['private', 'public'])
    .optional()
    .meta({ description: `${words.join('; ')}; default: private` });
}

/** Where the model server listens. */
export const serverPort = z
  .int()
  .min(1)
  .max(65_535)
  .optional()
  .meta({ description: 'Where the model server listens on its machine; default: 8000' });
