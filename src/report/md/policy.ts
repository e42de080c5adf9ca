/** What a cloud must allow, as Markdown: each call with its reason, for whoever has to approve it. */
import type { AccessUse } from '../../model/access.ts';
import type { PermissionTable } from '../../model/permission.ts';
import { mdTable, mdText } from './text.ts';

export function policyMd({ provider, calls }: PermissionTable, uses: readonly AccessUse[]): string {
  const rows = calls
    .filter(({ use }) => uses.includes(use))
    .map(({ call, use, permissions, why, source }) => [
      ...[call, use, permissions.map(({ name, on }) => `${name} (${on})`).join(', '), why],
      `${source.at} (${source.checked})`,
    ]);
  return [
    `## What godwit needs at ${mdText(provider, 60)}`,
    mdTable(['call', 'use', 'permissions', 'why', 'source'], rows),
  ].join('\n\n');
}
