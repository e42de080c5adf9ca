/** What every code means and what to do about it: the pages of `godwit explain CODE`. */
import type { ErrorCode } from '../../errors.ts';
import type { DiagnosisCode } from '../../model/diagnosis.ts';
import type { ReasonCode } from '../../model/reason.ts';

export type PageCode = ReasonCode | DiagnosisCode | ErrorCode;

export interface CodePage {
  readonly about: 'reason' | 'diagnosis' | 'error';
  /** What was seen or decided, and why the rule is there. */
  readonly means: string;
  /** What a person can do about it; commands as they are typed. */
  readonly todo: string;
}

const reason = (means: string, todo: string): CodePage => ({ about: 'reason', means, todo });
const diagnosis = (means: string, todo: string): CodePage => ({ about: 'diagnosis', means, todo });
const error = (means: string, todo: string): CodePage => ({ about: 'error', means, todo });

const waits = 'Wait: time alone takes it away. If users suffer now: godwit failover DEPLOYMENT';

/** Every code has a page; one without does not compile. */
export const codePages: Readonly<Record<PageCode, CodePage>> = {
  NotUnhealthyLongEnough: reason(
    'The site is bad, but not yet for failover.detector.failAfter. Moving at the first bad answer would move for every hiccup.',
    waits,
  ),
  OnePlaneOnly: reason(
    'Only one kind of evidence calls the site bad. One plane alone may be wrong (a probe’s own network, a gateway that restarts), so it takes two, or one from a quorum of vantages.',
    'Look for yourself: godwit status DEPLOYMENT. If it is really down: godwit failover DEPLOYMENT --away-from SITE',
  ),
  UnknownView: reason(
    'Too little was seen to judge by. Not seeing a site is not the site being dead.',
    'Look whether this machine’s own network works; a person may still decide: godwit failover DEPLOYMENT',
  ),
  EvidenceStale: reason(
    'The newest evidence is older than failover.detector.staleAfter. What was true then may not be true now.',
    'Look whether the controller gets its answers: godwit status DEPLOYMENT',
  ),
  TooManyFailing: reason(
    'More sites look bad at once than failover.safety.brake allows. It is likelier that the observer is cut off than that all clouds failed in one minute, so weights stay as they are.',
    'Look from somewhere else. If it is real, a person decides: godwit failover DEPLOYMENT --away-from SITE',
  ),
  CoolDown: reason(
    'An automatic failover happened less than failover.safety.coolDown ago. A second one so soon is more often flapping than help.',
    waits,
  ),
  DwellTime: reason(
    'The last move ended less than failover.safety.dwell ago. Going back at once would undo what was just done.',
    'Wait: time alone takes it away. To go back now: godwit switchover DEPLOYMENT --to SITE',
  ),
  FlapBudgetSpent: reason(
    'There were failover.safety.maxPerDay automatic failovers in 24 hours. Something keeps failing that moving does not cure.',
    'Find out what: godwit history --since 24h. A person may still move: godwit failover DEPLOYMENT',
  ),
  NoReadyCapacity: reason(
    'No other allowed site has a proven replica, and none could be started. Moving traffic there would only move the outage.',
    'See what each site lacks: godwit status DEPLOYMENT',
  ),
  NoIndependentTarget: reason(
    'The target shares a failure domain with the site that fails. What took one down may take the other.',
    'Name a target yourself if you know better: godwit failover DEPLOYMENT --to SITE',
  ),
  ResidencyBlocked: reason(
    'The site lies in a jurisdiction that the deployment’s residency does not allow. Nothing overrides this rule.',
    'Choose a site within the residency, or change the configuration with whoever answers for it.',
  ),
  LastServingSite: reason(
    'No site that would keep weight is ready: the step would take the last one that serves.',
    'Bring a site up first; see godwit status DEPLOYMENT',
  ),
  TargetNotProven: reason(
    'The site that would gain weight has no replica proven by fresh completions of the right model. A server that listens does not yet answer.',
    'See its state: godwit status DEPLOYMENT. The replicas’ own logs say why they do not answer.',
  ),
  SourceNotFenced: reason(
    'The site still has weight, or the gateway could not be read to see that it has none. What has weight is not stopped.',
    'Look at the gateway: godwit status DEPLOYMENT',
  ),
  AdviseMode: reason(
    'failover.mode is advise: godwit says what it would do and leaves it to a person.',
    'Do what it advises: godwit failover DEPLOYMENT. To let it act by itself: failover.mode: auto',
  ),
  ModeOff: reason(
    'failover.mode is off: nothing is decided automatically for this deployment.',
    'A person may move it at any time; to change it: failover.mode: advise or auto',
  ),
  OperationRunning: reason(
    'Another operation of the deployment is open. One at a time: two would undo each other.',
    'Watch it: godwit status DEPLOYMENT -w',
  ),
  DriverUnreachable: reason(
    'The gateway could not be read, so nobody knows which weights are in force. Nothing is moved on a guess.',
    'Look whether the gateway runs: godwit status DEPLOYMENT; start it with godwit gateway or godwit run',
  ),
  AlreadyThere: reason('The weights asked for are in force already.', 'Nothing.'),
  OriginNotHealthy: reason(
    'The preferred site has not been healthy for failover.failback.after. Going back too early is a second outage.',
    'Wait, or go back by hand: godwit switchover DEPLOYMENT --to SITE',
  ),
  SiteRemoved: reason(
    'The plan names a site that the configuration does not hold any more.',
    'Nothing, if that is meant; else put the site back and ask again.',
  ),
  Withdrawn: reason(
    'Whoever asked for it stopped waiting before anybody took it up. Nothing was changed.',
    'Ask again; godwit status DEPLOYMENT shows whether a controller is at work.',
  ),
  RequestExpired: reason(
    'Nobody took the request up in two minutes. By then it may not be what its person wants any more. Nothing was changed.',
    'Look at godwit status DEPLOYMENT, then ask again.',
  ),
  LaunchUnlisted: reason(
    'Something was started at the site that its provider does not list yet. Starting more would pay for it twice.',
    'Wait: the list catches up, or the launch counts as lost after the provider’s own lag.',
  ),
  ReplicasMissing: reason(
    'A site in use has fewer replicas than its placement says.',
    'Nothing: they are started. If that keeps failing, godwit history shows it.',
  ),
  SiteFailing: reason(
    'The site was bad for long enough, and more than one plane of evidence said so: traffic was moved away.',
    'Find the cause there; the diagnosis beside it names what was seen.',
  ),
  PreferredSiteHealthy: reason(
    'The preferred site has been healthy for failover.failback.after: traffic goes back.',
    'Nothing.',
  ),
  AskedByPerson: reason('A person asked for it; the record holds who, where and why.', 'Nothing.'),
  Healthy: diagnosis('Probes, provider and gateway all see good answers.', 'Nothing.'),
  Starting: diagnosis(
    'Replicas were launched and may still load their model; their silence is not counted against them.',
    'Wait until startup.timeout at most.',
  ),
  SiteDead: diagnosis('Nothing answers there any more.', 'With failover.mode auto traffic moves by itself.'),
  EngineStalled: diagnosis(
    'The server takes requests and makes no tokens. Its health page may still say 200.',
    'With failover.mode auto traffic moves by itself; its own log and GPU state say why.',
  ),
  SiteErrors: diagnosis(
    'Too many requests fail there.',
    'With failover.mode auto traffic moves in gated steps; see godwit status DEPLOYMENT for the rate.',
  ),
  SiteSlow: diagnosis(
    'First tokens come far later there than they did.',
    'It may be load: compare requests per second in godwit status DEPLOYMENT.',
  ),
  WrongModel: diagnosis(
    'The replica answers with another model than the deployment’s.',
    'Look at what was deployed there; it gets no traffic until it serves the right one.',
  ),
  SiteDegraded: diagnosis(
    'Some replicas of the site are bad and others serve.',
    'Nothing at once: the gateway leaves the bad ones out.',
  ),
  SiteEmpty: diagnosis('The site has no replica.', 'Nothing, for a cold standby; else see godwit history.'),
  ViewLost: diagnosis(
    'Nothing can be seen of any site: the observer itself is probably cut off.',
    'Look at this machine’s network. Traffic goes on at the last weights without it.',
  ),
  UsageInvalid: error('The command line could not be read.', 'godwit --help, or godwit COMMAND --help'),
  ConfigInvalid: error('The configuration has mistakes. Nothing was contacted.', 'godwit config validate'),
  ConfigNotFound: error('There is no configuration where it was looked for.', 'godwit --config FILE'),
  NotFound: error('What was named does not exist.', 'The message names the nearest that does.'),
  ListenFailed: error(
    'A port or socket could not be opened: somebody else has it, or it is not allowed.',
    'The message names it; look who has it, or configure another.',
  ),
  OperationFailed: error('The operation failed; the state it left is known and printed.', 'godwit explain last'),
  OutcomeUnknown: error(
    'A reply was lost: it is not known whether the change took place. It was not tried blindly again.',
    'See what is in force: godwit status DEPLOYMENT',
  ),
  LeaseHeld: error(
    'Another process leads the deployment. Nothing was changed.',
    'Try again, or see who it is: godwit status DEPLOYMENT',
  ),
  LeaseLost: error(
    'Another process took the lead in the middle; it goes on from the journal.',
    'godwit status DEPLOYMENT',
  ),
  RevisionConflict: error(
    'Something else was asked for or begun since the deployment was looked at. Nothing was changed.',
    'Look again, then ask again.',
  ),
  StoreFailed: error(
    'The state directory could not be read or written: what cannot be recorded is not done.',
    'Look at its disk: space, permissions, other programs that hold it. Traffic goes on without it.',
  ),
  StoreCorrupt: error(
    'The state file is damaged or was changed from outside.',
    'Keep a copy, then godwit journal verify',
  ),
  JournalMismatch: error(
    'The journal’s record of a step does not match its plan. That is a bug in godwit.',
    'Please report it with the journal.',
  ),
  AssertionFailed: error('godwit made a mistake of its own and stopped before it did harm.', 'Please report it.'),
};
