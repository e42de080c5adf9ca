/** What Azure announces for a machine from outside: planned maintenance. Pure. */
import type { Notice } from '../../model/notice.ts';
import { fieldsOf, textOf } from '../../model/wire-fields.ts';
import { type Machine, tags } from './machine.ts';

/**
 * Empty where nothing is planned. That a spot machine is taken back is told only inside it, by Scheduled Events
 * (https://learn.microsoft.com/azure/virtual-machines/windows/scheduled-events), and seen from here when it is gone; what is
 * announced days before is in `maintenanceRedeployStatus`, which is there only then
 * (https://docs.azure.cn/en-us/virtual-machines/maintenance-notifications-powershell). Checked 2026-11-27.
 */
export function noticesOf({ name, tags: own }: Machine, body: unknown): readonly Notice[] {
  const view = fieldsOf(fieldsOf(fieldsOf(body)['properties'])['instanceView']);
  const status = view['maintenanceRedeployStatus'];
  const deployment = own[tags.deployment];
  if (status === undefined || status === null || deployment === undefined) return [];
  const fields = fieldsOf(status);
  const atMs = Date.parse(textOf(fields['maintenanceWindowStartTime']) ?? '');
  const message = textOf(fields['lastOperationMessage']) ?? 'Azure will restart or move it for maintenance of its host';
  return [
    {
      ...{ kind: 'maintenance', code: 'MaintenanceRedeploy', message, replicaId: name, deployment },
      ...(Number.isNaN(atMs) ? {} : { atMs }),
    },
  ];
}
