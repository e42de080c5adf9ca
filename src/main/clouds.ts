/** What is known of each cloud without asking it: its errors, and what it must allow. No SDK is loaded. */
import type { App } from '../cli/app.ts';

/** Loads the tables of one kind when they are asked for. */
export function cloudTables(): Pick<App, 'errorTable' | 'policyMaker'> {
  return {
    async errorTable(provider) {
      const { errorTables } = await import('../providers/index.ts');
      return { table: await own(errorTables, provider)?.(), known: Object.keys(errorTables) };
    },
    async policyMaker(provider) {
      const { policyMakers } = await import('../providers/index.ts');
      return { maker: await own(policyMakers, provider)?.(), known: Object.keys(policyMakers) };
    },
  };
}

/** What somebody typed may be the name of something that every object has. */
function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
