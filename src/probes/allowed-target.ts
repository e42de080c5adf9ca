/** Where a probe must never be sent: the addresses that hand out a machine's credentials. */
import { lookup as resolveName } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

const forbiddenNames = /^metadata\.google\.internal\.?$/i;

/** Metadata services of the clouds, link-local ranges, and "this network". */
const forbidden = new BlockList();
forbidden.addSubnet('169.254.0.0', 16, 'ipv4');
forbidden.addSubnet('0.0.0.0', 8, 'ipv4');
forbidden.addAddress('168.63.129.16', 'ipv4');
forbidden.addAddress('100.100.100.200', 'ipv4');
forbidden.addSubnet('fe80::', 10, 'ipv6');
forbidden.addSubnet('fd00:ec2::', 32, 'ipv6');
forbidden.addAddress('::', 'ipv6');

/** The code of the error a refused name fails with. */
export const forbiddenCode = 'TargetForbidden';

/** Why the address is refused, or undefined. URL parsing has already turned odd radix forms into dotted decimals. */
export function refuseTarget(url: URL): string | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return `only http and https are probed, not ${url.protocol}`;
  if (url.username !== '' || url.password !== '') return 'an address with user name or password is not probed';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return forbiddenNames.test(host) || isForbidden(host) ? `${host} is never probed` : undefined;
}

/** IPv4 in IPv6's clothes is refused whatever it holds: no honest configuration writes it. */
function isForbidden(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  return family === 4 ? forbidden.check(address) : /^::ffff:/i.test(address) || forbidden.check(address, 'ipv6');
}

/** A failure when any of the addresses a name stands for is forbidden: one of them is enough to be tricked. */
export function refuseAddresses(addresses: readonly { readonly address: string }[]): Error | undefined {
  const bad = addresses.find(({ address }) => isForbidden(address));
  return bad && Object.assign(new Error(`${bad.address} is never probed`), { code: forbiddenCode });
}

/** Resolves a name once, checks every address, and hands them to the socket: the name cannot change in between. */
export const lookupAllowed: LookupFunction = (name, options, answer) => {
  resolveName(name, { ...options, all: true }, (error, addresses) => {
    const failure = error ?? refuseAddresses(addresses);
    const [first] = addresses ?? [];
    if (failure !== null && failure !== undefined) answer(failure, '');
    else if (options.all === true) answer(null, addresses);
    else answer(null, first?.address ?? '', first?.family);
  });
};
