/** Where the meaning of Google's error codes was read. */
import type { Source } from '../../model/error-table.ts';

/** Read in stored copies of the pages on this day. */
const checked = '2026-11-26';
const docs = 'https://docs.cloud.google.com/compute/docs';
/** Sold out: not a matter of quota. */
export const availability: Source = {
  at: `${docs}/troubleshooting/troubleshooting-resource-availability`,
  checked,
};
/** What a launch of several answers: `invalid`, `quotaExceeded`, `rateLimitExceeded`, and 503 `insufficientCapacity`. */
export const bulkErrors: Source = { at: `${docs}/troubleshooting/troubleshooting-bulk-vm-creation`, checked };
/** Compute Engine's own catalogue of reasons; seen in part. */
export const catalogue: Source = { at: `${docs}/reference/rest/v1/errors`, checked };
/** Too many calls is 403, until the next minute begins. */
export const rateQuota: Source = { at: 'https://docs.cloud.google.com/compute/api-quota', checked };
/** Too many operations at once, the answer whole. */
export const operationQuota: Source = { at: 'https://docs.cloud.google.com/compute/operations-quota', checked };
/** The reasons that all of Google's APIs have. */
export const globalReasons: Source = {
  at: 'https://developers.google.com/doubleclick-advertisers/core_errors',
  checked,
};
/** Codes and texts as the cluster autoscaler tells them apart in its tests. */
export const autoscaler: Source = {
  at: 'https://github.com/kubernetes/autoscaler cluster-autoscaler/cloudprovider/gce/autoscaling_gce_client_test.go',
  checked,
};
/** A quota over all regions, as somebody got it. */
export const allRegionsReport: Source = { at: 'https://github.com/fastai/course-v3/pull/165', checked };
/** The two texts of one code, as somebody got them. */
export const exhaustedReport: Source = {
  at: 'https://github.com/GoogleCloudPlatform/stable-diffusion-on-gcp/issues/12',
  checked,
};
/** Too many operations on one source. */
export const sourceRateReport: Source = { at: 'https://github.com/googleapis/python-compute/issues/279', checked };
/** A machine that could not be deleted while it was being made, as Google's own test got it. */
export const notReadyReport: Source = {
  at: 'https://github.com/googleapis/google-cloud-java/issues/9312',
  checked: '2026-11-27',
};
/** A name that is taken, with its reason. */
export const nameTakenReport: Source = {
  at: 'https://github.com/vmware-archive/terraforming-gcp/issues/9',
  checked: '2026-11-27',
};
/** What gcloud itself looks for. */
export const gcloud: Source = { at: 'Google Cloud SDK, googlecloudsdk, the text it looks for', checked };
/** The names behind the numbers of gRPC, as google-gax gives them. */
export const grpc: Source = { at: 'https://github.com/googleapis/gax-nodejs gax/src/status.ts', checked };
/** SkyPilot's reading. */
export const field: Source = { at: 'FIELD.md section 1', checked: '2026-11-23' };
