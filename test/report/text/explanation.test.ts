import { expect, test } from 'vitest';
import { explanationText, whyNotText } from '../../../src/report/text/explanation.ts';
import { plainStyle } from '../../../src/report/text/style.ts';
import { operation } from '../../cli/support/models.ts';

const message =
  'p5.48xlarge us-east-1a on-demand InsufficientInstanceCapacity, p5.48xlarge us-east-1b on-demand Unsupported, ' +
  'p4d.24xlarge us-east-1a on-demand VcpuLimitExceeded (p4d.24xlarge us-east-1a on-demand: ask for a higher limit)';

function explained(error: { readonly code: string; readonly message: string }) {
  const step = { name: '2-launch', state: 'refused', beganAtMs: 0, endedAtMs: 2000, detail: undefined } as const;
  const steps = [{ ...step, error: { class: 'quota', ...error } as const }];
  return explanationText({ operation: operation(), decided: undefined, steps, drains: [], takenUpBy: [] }, plainStyle);
}

test('what a provider said is told whole, under its step, within the width', () => {
  const text = explained({ code: 'VcpuLimitExceeded', message });
  const steps = text.slice(text.indexOf('Steps\n') + 6).split('\n');
  expect(steps[0]).toMatch(/^ {2}x 2-launch {18}refused in 2s: VcpuLimitExceeded:/);
  expect(steps.slice(1).every((line) => /^ {30}\S/.test(line))).toBe(true);
  expect(steps.every((line) => line.length <= plainStyle.width)).toBe(true);
  expect(steps.map((line) => line.trim()).join(' ')).toContain(message);
});

test('what goes on without end is cut', () => {
  const text = explained({ code: 'X', message: 'word '.repeat(2000) });
  expect(text.slice(text.indexOf('Steps\n')).split('\n')).toHaveLength(21);
});

test.for([
  {
    name: 'that no site counted as bad is not that nothing was wrong',
    code: 'Healthy',
    says: '+ no site counted as bad: 2 of 2 ready',
  },
  {
    name: 'what was wrong and not enough to act on is said so',
    code: 'SiteDegraded',
    says: '! not enough to act on: 2 of 2 ready',
  },
] as const)('$name', ({ code, says }) => {
  const diagnosis = { code, actionable: false, site: 'oslo', message: '2 of 2 ready', sites: [] };
  const told = { decision: { kind: 'stay', diagnosis, reasons: [] } as const, atMs: 0, seq: 1, by: undefined };
  expect(whyNotText('chat', told, 1000, plainStyle)).toContain(says);
});

test('what stood in the way of single sites is told of a start, and of nothing else', () => {
  const blocked = { code: 'StartBlocked', site: 'virginia', message: 'virginia refuses every start: SoldOut' } as const;
  const text = (kind: 'start' | 'failover'): string => {
    const { plan, ...rest } = operation();
    const own = { ...rest, plan: { ...plan, kind, trigger: 'manual' as const, because: [...plan.because, blocked] } };
    return explanationText({ operation: own, decided: undefined, steps: [], drains: [], takenUpBy: [] }, plainStyle);
  };
  expect(text('start')).toContain('Stood in the way\n  x StartBlocked: virginia refuses every start: SoldOut\nSteps');
  expect(text('failover')).not.toContain('Stood in the way');
});
