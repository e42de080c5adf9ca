/** Least privilege for machines: the documents, and the table they are made from. */
import type { AccessUse } from '../../model/access.ts';
import type { AccessPolicy, CallPermissions, PermissionTable } from '../../model/permission.ts';

export function policyJson(
  { provider, documents, notes, blanks }: AccessPolicy,
  { calls }: PermissionTable,
  uses: readonly AccessUse[],
) {
  return {
    provider,
    uses,
    documents,
    notes,
    blanks,
    calls: calls.filter(({ use }) => uses.includes(use)).map(callJson),
  };
}

function callJson({ call, use, why, permissions, source }: CallPermissions) {
  return { call, use, why, permissions, source };
}
