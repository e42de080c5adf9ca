/**
 * Everything monitoring is told, for one scrape. Pure: the same view gives the same text. Labels come from closed sets
 * (names in the configuration, codes, states): never an operation's id, never free text.
 */
import type { MetricsView } from '../metrics-view.ts';
import { controllerFamilies } from './controller.ts';
import { decidingFamilies } from './deciding.ts';
import { drillFamilies } from './drills.ts';
import { expositionText } from './exposition.ts';
import { servingFamilies } from './serving.ts';

export function prometheusText(view: MetricsView): string {
  const families = [...controllerFamilies, ...servingFamilies, ...decidingFamilies, ...drillFamilies];
  return expositionText(families.map((family) => family(view)));
}
