/** Where the meaning of EC2's error codes was read. */
import type { Source } from '../../model/error-table.ts';

/** Read in stored copies of the pages on this day. */
export const checked = '2026-11-26';
/** Every code EC2 has. A client's have a 4xx status, a server's a 5xx; among those are sold out and too many calls. */
export const codeList: Source = {
  at: 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html',
  checked,
};
/** Credentials that are good elsewhere are refused in a region that is not turned on, or that takes newer session tokens only. */
export const regionTokens: Source = {
  at: 'https://repost.aws/knowledge-center/iam-validate-access-credentials',
  checked: '2026-11-27',
};
/** The text names the image. */
export const imageReport: Source = {
  at: 'https://github.com/Orange-Cyberdefense/GOAD/issues/304',
  checked: '2026-11-27',
};
/** The text speaks of the region; that of a new account of the account. */
export const verificationReport: Source = {
  at: 'https://github.com/UA-TECH-POWER/DDoS_terraform_aws/issues/5',
  checked: '2026-11-27',
};
/** Codes that all of AWS has. */
export const commonErrors: Source = {
  at: 'https://docs.aws.amazon.com/awsconsolehelpdocs/latest/gsg/common-errors.html',
  checked,
};
/** Why an instance has ended. */
export const stateReasons: Source = {
  at: 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html',
  checked,
};
/** What a client token does. */
export const idempotency: Source = {
  at: 'https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html',
  checked,
};
/** What the SDK itself takes for throttling, for a time-out or for a clock that is wrong. */
export const sdk: Source = { at: 'npm @smithy/core of @aws-sdk/client-ec2 3.1169.0, its classes of errors', checked };
/** Gardener's list of what is not allowed. */
export const field: Source = { at: 'FIELD.md section 1', checked: '2026-11-23' };
