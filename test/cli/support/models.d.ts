/** Small whole values of the model, each overridable: a test sets only what it is about. */
import type { Config } from '../../../src/model/config.ts';
import type { Deployment, Placement } from '../../../src/model/deployment.ts';
import type { DiagnosisCode, SiteDiagnosis } from '../../../src/model/diagnosis.ts';
import type { Operation } from '../../../src/model/operation.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { RouteEntry, Weights } from '../../../src/model/route.ts';
import type { Site } from '../../../src/model/site.ts';
import type { Snapshot } from '../../../src/model/snapshot.ts';
import type { DeploymentTraffic, SiteTraffic } from '../../../src/model/traffic-stats.ts';
import type { View } from '../../../src/model/view.ts';
/** 2026-11-23 03:21:07 UTC. */
export declare const nowMs: number;
export declare function site(name: string): Site;
export declare function placement(name: string, over?: Partial<Placement>): Placement;
export declare function deployment(over?: Partial<Deployment>): Deployment;
export declare function config(over?: Partial<Config>): Config;
export declare function plan(over?: Partial<Plan>): Plan;
export declare function operation(over?: Partial<Operation>): Operation;
export declare function siteDiagnosis(name: string, code?: DiagnosisCode, over?: Partial<SiteDiagnosis>): SiteDiagnosis;
export declare function siteTraffic(name: string, over?: Partial<SiteTraffic>): SiteTraffic;
export declare function traffic(sites: readonly SiteTraffic[], over?: Partial<DeploymentTraffic>): DeploymentTraffic;
export declare function route(weights: Weights): RouteEntry;
/** A view without probes' conditions: enough for what `status` asks of it. */
export declare function view(weights: Weights, over?: Partial<View>): View;
export declare function snapshot(diagnoses: readonly SiteDiagnosis[], over?: Partial<Snapshot>): Snapshot;
