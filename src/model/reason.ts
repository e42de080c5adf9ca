/** Why something was or was not done: a stable code and a sentence with the values seen. */

export const reasonCodes = [
  'NotUnhealthyLongEnough',
  'OnePlaneOnly',
  'UnknownView',
  'EvidenceStale',
  'TooManyFailing',
  'CoolDown',
  'DwellTime',
  'FlapBudgetSpent',
  'NoReadyCapacity',
  'ReplicaLeaving',
  'NoIndependentTarget',
  'ResidencyBlocked',
  'LastServingSite',
  'TargetNotProven',
  'SourceNotFenced',
  'AdviseMode',
  'ModeOff',
  'OperationRunning',
  'DriverUnreachable',
  'AlreadyThere',
  'OriginNotHealthy',
  'SiteRemoved',
  'Withdrawn',
  'RequestExpired',
  'LaunchUnlisted',
  'StartBlocked',
  'NotHedged',
  'ReplicasMissing',
  'Paused',
  'Frozen',
  'ManualShiftActive',
  'ShiftExpired',
  'SiteOut',
  'CapacityFloor',
  'RemovalVelocity',
  'FailureDomainBusy',
  'VendorShareMax',
  'CostCeiling',
  'TargetAsleep',
  'WorldMoved',
  'NothingToOrder',
  'PointOfNoReturn',
  'DrillRunning',
  'NoTraffic',
  'NotIdle',
  'PriceUnknown',
  'MarketNotTold',
  'SiteFailing',
  'PreferredSiteHealthy',
  'AskedByPerson',
  'AskedByRebalance',
] as const;

export type ReasonCode = (typeof reasonCodes)[number];

export interface Reason {
  readonly code: ReasonCode;
  /** One line with the values seen at decision time. */
  readonly message: string;
  readonly site?: string;
  /** When it stops standing in the way, epoch milliseconds, where that is known. */
  readonly untilMs?: number;
}
