/** What a cloud's errors mean, for machines. */
import { type ErrorRule, type ErrorTable, termsOf } from '../../model/error-table.ts';
import { classMeans, classTodo, type ExplainedError } from '../cloud-error-view.ts';

/** The verdict with the rule behind it; `source` is null where the status had to do. */
export function explainedErrorJson({ provider, raw, market, judged }: ExplainedError) {
  const { verdict, rule } = judged;
  return {
    ...{ provider, code: raw.code ?? null, status: raw.status ?? null, message: raw.message ?? null, market },
    ...{ class: verdict.class, scope: verdict.scope, reach: verdict.reach ?? null, retry: verdict.retry },
    ...{ retryAfterMs: verdict.retryAfterMs ?? null, expiryMs: verdict.expiryMs ?? null },
    ...{ expiry: termsOf(verdict.class, rule ?? {}).expiry ?? null, because: verdict.because },
    ...{ means: rule?.means ?? classMeans[verdict.class], do: rule?.todo ?? classTodo[verdict.class] },
    source: rule?.source ?? null,
  };
}

/** Every rule in order, with what its class adds. */
export function errorTableJson({ provider, rules, summaryCodes }: ErrorTable) {
  return { provider, rules: rules.map(ruleJson), summaryCodes };
}

function ruleJson(rule: ErrorRule) {
  const { scope, reach, retry, expiry } = termsOf(rule.class, rule);
  return {
    ...{ codes: rule.codes, text: rule.text?.says.source ?? null, status: rule.status ?? null, class: rule.class },
    ...{ scope, reach: reach ?? null, retry, retryAfterMs: rule.retryAfterMs ?? null, expiry: expiry ?? null },
    ...{ means: rule.means, do: rule.todo ?? classTodo[rule.class], source: rule.source },
  };
}
