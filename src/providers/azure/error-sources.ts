/** Where the meaning of Azure's error codes was read. */
import type { Source } from '../../model/error-table.ts';

/** Read in stored copies of the pages on this day. */
const checked = '2026-11-26';
const learn = 'https://learn.microsoft.com';
/** Codes of Azure Resource Manager. */
export const deploymentErrors: Source = {
  at: `${learn}/azure/azure-resource-manager/troubleshooting/common-deployment-errors`,
  checked,
};
/** Codes and messages of virtual machines. */
export const machineErrors: Source = {
  at: `${learn}/troubleshoot/azure/virtual-machines/windows/error-messages`,
  checked,
};
/** Sold out, and what may help. */
export const allocationFailures: Source = {
  at: `${learn}/troubleshoot/azure/virtual-machines/windows/allocation-failure`,
  checked,
};
/** Quota's two codes and their messages. */
export const quotaErrors: Source = {
  at: `${learn}/azure/azure-resource-manager/templates/error-resource-quota`,
  checked,
};
/** A 429 of Compute, whole, with `OperationNotAllowed` as its code. */
export const throttlingErrors: Source = {
  at: `${learn}/troubleshoot/azure/virtual-machines/troubleshooting-throttling-errors`,
  checked,
};
/** How long each stays true, and which machines it is about: Karpenter's own handling. */
export const karpenter: Source = {
  at: 'https://github.com/Azure/karpenter-provider-azure pkg/providers/instance/offerings/commonerrorhandlers.go',
  checked,
};
/** Messages as people got them. */
export const spotQuotaReport: Source = {
  at: 'https://github.com/scylladb/scylla-cluster-tests/issues/4994',
  checked,
};
/** The whole region's quota, as somebody got it. */
export const regionQuotaReport: Source = { at: 'https://github.com/nforgeio/neonKUBE/issues/1671', checked };
/** A family's quota, as somebody got it. */
export const familyQuotaReport: Source = {
  at: 'https://github.com/Azure/karpenter-provider-azure/issues/192',
  checked,
};
/** A network interface that is held for three minutes. */
export const nicReport: Source = { at: 'https://github.com/gardenlinux/gardenlinux/issues/4133', checked };
/** A locked network resource answers 429. */
export const lockedReport: Source = {
  at: `${learn}/answers/questions/68741/how-to-avoid-429-error-toomanyrequests-on-download`,
  checked,
};
/** Names of the errors of `@azure/identity`. */
export const identity: Source = {
  at: 'https://github.com/Azure/azure-sdk-for-js sdk/identity/identity/README.md',
  checked,
};
/** SkyPilot's reading: the whole cloud is of no use. */
export const field: Source = { at: 'FIELD.md section 1', checked: '2026-11-23' };
/** What the conditions of a create and an update are. */
export const createOrUpdate: Source = {
  at: `${learn}/rest/api/compute/virtual-machines/create-or-update`,
  checked: '2026-11-27',
};
/** A create that a deletion ended, as somebody got it. */
export const preemptedReport: Source = {
  at: 'https://github.com/Azure/azure-sdk-for-java/issues/1783',
  checked: '2026-11-27',
};
