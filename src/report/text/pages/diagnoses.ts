/** What each diagnosis means and what to do about it. */
import type { DiagnosisCode } from '../../../model/diagnosis.ts';
import type { CodePage } from './page.ts';

const diagnosis = (means: string, todo: string): CodePage => ({ about: 'diagnosis', means, todo });

/** `TooManyFailing` is a reason too, and has its page there. */
export const diagnosisPages: Readonly<Record<Exclude<DiagnosisCode, 'TooManyFailing'>, CodePage>> = {
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
};
