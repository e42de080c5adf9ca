/** Which machines a call of EC2's query protocol is about. */

/** Those it names by their ids. */
export function idsIn(form: URLSearchParams): readonly string[] {
  return [...form].flatMap(([key, value]) => (key.startsWith('InstanceId.') ? [value] : []));
}

/** The same question with the machines of a client token named by their ids, where it has such a filter. */
export function withoutTokens(form: URLSearchParams, idsOf: (token: string) => readonly string[]): URLSearchParams {
  const asked = new URLSearchParams(form);
  for (const [key, name] of form) {
    const [, filter] = /^(Filter\.\d+)\.Name$/.exec(key) ?? [];
    if (filter === undefined || name !== 'client-token') continue;
    const values = [...form].filter(([each]) => each.startsWith(`${filter}.Value.`));
    for (const [each] of values) asked.delete(each);
    asked.set(key, 'instance-id');
    const ids = values.flatMap(([, token]) => idsOf(token));
    // A filter must have a value; this is nobody's.
    const wanted = ids.length > 0 ? ids : ['none'];
    for (const [index, id] of wanted.entries()) asked.set(`${filter}.Value.${index + 1}`, id);
  }
  return asked;
}
