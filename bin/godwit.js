#!/usr/bin/env node
// Plain JavaScript that any Node can parse: an old one must be told so in words, not by a syntax error.
import { existsSync } from 'node:fs';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const isSupported = (major === 24 && minor >= 15) || major >= 26;

if (isSupported) {
  // A checkout runs its sources; the published package holds only dist.
  const source = new URL('../src/main.ts', import.meta.url);
  const { main } = await import(existsSync(source) ? source.href : new URL('../dist/main.js', import.meta.url).href);
  await main(process.argv.slice(2));
} else {
  process.stderr.write(
    `error: godwit needs Node 24.15 or newer (24.x, 26 or later); this is ${process.versions.node}\n` +
      '  in a checkout   npm ci, then npx godwit (the project brings its own Node)\n',
  );
  process.exitCode = 2;
}
