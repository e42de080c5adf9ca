/** What each reason means and what to do about it. */
import type { ReasonCode } from '../../../model/reason.ts';
import type { CodePage } from './page.ts';

const reason = (means: string, todo: string): CodePage => ({ about: 'reason', means, todo });

const waits = 'Wait: time alone takes it away. If users suffer now: godwit failover DEPLOYMENT';

/** One without a page does not compile. */
export const reasonPages: Readonly<Record<ReasonCode, CodePage>> = {
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
  ReplicaLeaving: reason(
    'The provider has announced that the replicas there will be gone (a spot machine taken back, a machine that ends) within drain.waitForStreams, two minutes at least: nothing is moved there, and nothing counts on them.',
    'See what and when: godwit status DEPLOYMENT -o wide. Choose another site, or wait until what replaces them is ready',
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
    'Whoever asked for it stopped waiting before anybody took it up, or a rebalancing did not begin it: its deadline or its windows did not leave the time, it was interrupted, or another run had its lease. Nothing was changed by it.',
    'Ask again; godwit status DEPLOYMENT shows whether a controller is at work. The next rebalancing plans anew: godwit plan rebalance',
  ),
  RequestExpired: reason(
    'Nobody took the request up in two minutes. By then it may not be what its person wants any more. Nothing was changed.',
    'Look at godwit status DEPLOYMENT, then ask again.',
  ),
  StartBlocked: reason(
    'Nothing is started at the site for now: its provider refused everything that could be asked for (sold out, a quota, credentials, the request itself), or starts failed there again and again. Asking again before the stated time would only be refused again.',
    'See what was refused, with the provider’s own code: godwit blocks list. Elsewhere: godwit start DEPLOYMENT --anywhere. Once what refused it is mended: godwit blocks clear DEPLOYMENT --site SITE --reason WHY',
  ),
  NotHedged: reason(
    'A start was to be hedged (--hedge): all that is wanted at two sites at once. No two allowed sites that share no failure domain have room for all of it, so it is asked for once, as without --hedge.',
    'Nothing, if one site is enough. Else fewer of them: --replicas; or give another placement room for as many.',
  ),
  LaunchUnlisted: reason(
    'Something was started at the site that its provider does not list yet. Starting more would pay for it twice.',
    'Wait: the list catches up, or the launch counts as lost after the provider’s own lag.',
  ),
  ReplicasMissing: reason(
    'A site in use has fewer replicas than its placement says.',
    'Nothing: they are started. If that keeps failing, godwit history shows it.',
  ),
  Paused: reason(
    'A person switched automation off for this deployment, for a time. It looks and records on, and changes nothing by itself.',
    'See until when: godwit status DEPLOYMENT. To end it now: godwit unpause DEPLOYMENT. A person may move: godwit failover DEPLOYMENT',
  ),
  Frozen: reason(
    'The calendar in failover.safety.freeze says that nothing is to be changed now. Failovers pass, unless the window takes emergency out of its allow.',
    'Wait for the end of the window. In an emergency: --override Frozen --confirm DEPLOYMENT --reason TEXT',
  ),
  ManualShiftActive: reason(
    'A person moved the traffic for a time. Automation does not undo that; it still fails over from a site that fails.',
    'Back now: godwit op return OP. Longer: godwit op extend OP --expires 2h',
  ),
  ShiftExpired: reason(
    'The time for which a person moved the traffic is over: it returns, once its origin is healthy.',
    'Keep it longer: godwit op extend OP --expires 2h',
  ),
  SiteOut: reason(
    'A person drained or stopped the site. It is theirs to use again: automation starts nothing there and sends no traffic there.',
    'When it may be used again: godwit start DEPLOYMENT --site SITE',
  ),
  CapacityFloor: reason(
    'Too little proven capacity would be left (failover.safety.minReady), or a site would get more requests than it is rated for (failover.safety.headroom). Leaving a site that serves nothing is never held back by it.',
    'Move less (--share), or start more first: godwit start DEPLOYMENT --site SITE. To do it all the same: --override CapacityFloor --confirm DEPLOYMENT --reason TEXT',
  ),
  RemovalVelocity: reason(
    'Another site was emptied within failover.safety.removalWindow, or more than half of what is ready would go at once. One site at a time, so that what goes wrong is seen before the next one goes.',
    'Wait for the end of the window, or --override RemovalVelocity --confirm DEPLOYMENT --reason TEXT',
  ),
  FailureDomainBusy: reason(
    'An operation for another deployment changes something in the same failure domain. Two changes at once cannot be told apart when one goes wrong.',
    'Wait for it: godwit op list. Or --override FailureDomainBusy --confirm DEPLOYMENT --reason TEXT',
  ),
  VendorShareMax: reason(
    'One vendor would serve more of the traffic than failover.safety.vendorShare allows. Leaving a site that serves nothing is never held back by it.',
    'Choose a site of another vendor, or --override VendorShareMax --confirm DEPLOYMENT --reason TEXT',
  ),
  CostCeiling: reason(
    'What would run then costs more per hour than failover.safety.maxUsdPerHour allows, or has no stated price.',
    'Choose a cheaper site, or --override CostCeiling --confirm DEPLOYMENT --reason TEXT',
  ),
  TargetAsleep: reason(
    'The target is a warm or cold standby: it has nothing that serves, and starting it takes time and money.',
    'Start it as part of the move: add --wake. Or first: godwit start DEPLOYMENT --site SITE',
  ),
  WorldMoved: reason(
    'What the plan was made from has changed since. Nothing of it was done, or nothing more of a rebalancing: the plan may not be right any more.',
    'Look again: godwit plan shift ..., godwit plan rebalance. The message says what changed.',
  ),
  NothingToOrder: reason(
    'The operation is over, or has nothing that could be ordered.',
    'See what there is: godwit op list',
  ),
  DrillRunning: reason(
    'Another drill breaks something for this deployment at this moment. Two at once would say nothing of either.',
    'Wait for its end, or end it: godwit drill abort DRILL. When whoever ran it is gone: godwit drill undo RUN',
  ),
  NoTraffic: reason(
    'The site that the drill would break has no traffic now: nobody would notice, so nothing would be proven. Or the gateway counts no requests of a deployment that is to be rebalanced, or its counts cannot be read: nobody knows what it needs.',
    'Look where the traffic is: godwit status DEPLOYMENT. Bring it home first: godwit failback DEPLOYMENT. To rebalance without any: rebalance.demand.DEPLOYMENT in the configuration, or --demand FILE',
  ),
  NotIdle: reason(
    'Rebalancing was to run only while users ask little (--only-if idle), and they ask more: a share of rebalance.run.idleBelow or more of what is ready, or nobody sees how much.',
    'Wait for a quiet hour, raise rebalance.run.idleBelow, or leave --only-if out.',
  ),
  PriceUnknown: reason(
    'A deployment could run on capacity whose price is asked of its provider, which did not say one that is new enough, and none is written beside it: nothing could be compared.',
    'The message says why. Write a price that stands in (sites.SITE.capacity: price: { source: provider, amount: ... }), or a longer rebalance.prices.maxAge; godwit doctor looks at the rights.',
  ),
  PointOfNoReturn: reason(
    'The operation has begun to stop its source: what is stopped cannot take traffic back.',
    'Start it again and move back: godwit start DEPLOYMENT --site SITE, then godwit switchover DEPLOYMENT --to SITE',
  ),
  SiteFailing: reason(
    'The site was bad for long enough, and more than one plane of evidence said so: traffic was moved away.',
    'Find the cause there; the diagnosis beside it names what was seen.',
  ),
  PreferredSiteHealthy: reason(
    'The preferred site has been healthy for failover.failback.after: traffic goes back.',
    'Nothing.',
  ),
  MarketNotTold: reason(
    'So many replicas were asked for in each market, and the site’s provider does not tell in which market one of its replicas was had, or has nothing of a market to ask for.',
    'Ask for a number without markets: godwit scale DEPLOYMENT --site SITE --replicas N',
  ),
  AskedByPerson: reason('A person asked for it; the record holds who, where and why.', 'Nothing.'),
  AskedByRebalance: reason(
    'A rebalancing asked for it as one of its changes; the record holds who began it, where and why.',
    'Nothing. What it would change now, and why: godwit plan rebalance',
  ),
};
