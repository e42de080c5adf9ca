/** Where a probe must never be sent: the addresses that hand out a machine's credentials. */

/** Metadata services of the clouds, link-local ranges, and "this network". SECURITY: checked before every request. */
const forbidden = [
  /^169\.254\./,
  /^0\./,
  /^168\.63\.129\.16$/,
  /^100\.100\.100\.200$/,
  /^\[fe[89ab][0-9a-f]:/i,
  /^\[fd00:ec2:/i,
  /^\[::ffff:/i,
  /^metadata\.google\.internal\.?$/i,
];

/** Why the address is refused, or undefined. URL parsing has already turned odd radix forms into dotted decimals. */
export function refuseTarget(url: URL): string | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return `only http and https are probed, not ${url.protocol}`;
  if (url.username !== '' || url.password !== '') return 'an address with user name or password is not probed';
  return forbidden.some((pattern) => pattern.test(url.hostname)) ? `${url.hostname} is never probed` : undefined;
}
