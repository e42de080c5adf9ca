/** Finds an operation's entries in a journal in memory without looking through all others. */

interface Row {
  readonly operationId: string | undefined;
}

/** Oldest first. Each row is looked at once: `rows` may only grow at its end. */
export function createIndex<T extends Row>(rows: readonly T[]): (operationId: string) => readonly T[] {
  const found = new Map<string, T[]>();
  let looked = 0;
  return (operationId) => {
    for (const row of rows.slice(looked)) {
      if (row.operationId === undefined) continue;
      const own = found.get(row.operationId);
      if (own === undefined) found.set(row.operationId, [row]);
      else own.push(row);
    }
    looked = rows.length;
    return found.get(operationId) ?? [];
  };
}
