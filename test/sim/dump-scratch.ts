import v8 from 'node:v8';
v8.setFlagsFromString('--allow-natives-syntax');
const drain = new Function('%PerformMicrotaskCheckpoint()') as () => void;
import { drawOptions } from '/work/wt/sim/src/sim/options.ts';
import { createSeededRandom } from '/work/wt/sim/src/testkit/seeded-random.ts';
import { World } from '/work/wt/sim/src/sim/world.ts';
import { Chaos } from '/work/wt/sim/src/sim/chaos.ts';
const seed = Number(process.argv[2]); const upTo = Number(process.argv[3] ?? 1e9); const after = Number(process.argv[4] ?? 0);
setImmediate(() => {
  const o = drawOptions(seed, createSeededRandom(seed * 7919));
  console.log(JSON.stringify(o));
  const w = new World(o);
  const hosts = Array.from({ length: o.hosts }, (_, i) => ({ name: `host-${i + 1}`, life: undefined, lives: 0, stop: new AbortController() })) as any;
  const c = new Chaos(w, hosts); drain(); let n = 0; let ev = 0; let healed = false;
  while (w.schedule.monoMs < upTo && w.schedule.monoMs < 1000 + o.chaosMs + o.healMs) {
    if (!healed && w.schedule.monoMs >= 1000 + o.chaosMs) { healed = true; c.heal(); console.log('HEAL'); }
    if (!w.schedule.step()) break; drain(); w.noteHealth();
    const t = Math.round(w.schedule.monoMs);
    while (n < w.disk.entries.length) { const e = JSON.parse(w.disk.entries[n++].text); const b = e.body; if (t < after) continue;
      const s = b.kind === 'operation' ? `${b.operation.id} ${b.operation.plan.kind} ${b.operation.state} ${b.operation.error?.code ?? ''} ${b.operation.error?.message ?? ''}` : b.kind === 'step' ? `${b.operationId} ${b.step} ${b.part ?? ''} ${b.state} ${b.error?.code ?? ''}` : b.kind === 'decision' ? `${b.decision.kind} ${(b.decision.kind === 'act' ? b.decision.action.because : b.decision.reasons).map((r: any) => r.code + ' ' + r.message).join('; ')}` : b.kind === 'route' ? `v${b.entry.routeVersion} ${b.state} ${JSON.stringify(b.entry.weights)}` : b.event;
      console.log(t, `e${e.epoch} pid${e.by.pid} ${e.by.host}`, b.kind, s); }
    while (ev < w.ghost.cloudEvents.length) { const e = w.ghost.cloudEvents[ev++]; if (t >= after) console.log(t, 'CLOUD', JSON.stringify(e)); }
  }
  for (const v of w.ghost.violations) console.log('VIOLATION', v);
  for (const cl of w.clouds.values()) console.log(cl.site, [...cl.servers.values()].map((s) => `${s.replica.id}:${s.replica.slot}:${s.replica.state}:${s.health}`).join(' '));
  console.log('weights', w.gateway.entry?.weights, 'lives', hosts.map((h: any) => h.lives), 'open', [...w.disk.operations.values()].filter(({ operation }) => operation.endedAtMs === undefined).length);
});
