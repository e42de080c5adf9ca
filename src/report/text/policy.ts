/** Documents for a cloud's access control as its own tools read them, and beside them what they cannot say. */
import type { AccessPolicy } from '../../model/permission.ts';
import { prettyJson } from '../json/document.ts';
import { sanitize } from './sanitize.ts';

/** One after the other, nothing between but an empty line: what is printed is what goes into a file. */
export function policyText({ documents }: AccessPolicy, yamlOf: (value: unknown) => string): string {
  return documents
    .map(({ format, content }) => (format === 'yaml' ? yamlOf(content) : prettyJson(content)))
    .join('\n\n');
}

/** Commands and expressions are copied: only what no command line takes is cut. */
const mostLetters = 4000;

/** A line each. */
export function policyNotes({ provider, documents, notes, blanks }: AccessPolicy): string {
  const missing = blanks.length === 0 ? [] : [`no ${provider} site is configured: fill in ${blanks.join(', ')}`];
  const several =
    documents.length > 1 ? [`${documents.length} documents: ${documents.map(({ name }) => name).join(', ')}`] : [];
  return [...missing, ...several, ...notes].map((line) => sanitize(line, mostLetters)).join('\n');
}
