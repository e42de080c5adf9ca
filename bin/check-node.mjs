// Runs before npm scripts. Without this, an old Node dies later with a message that tells nobody what to do.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (!((major === 24 && minor >= 15) || major >= 26)) {
  console.error(`error: these scripts need Node 24.15 or newer, and this is ${process.versions.node}`);
  console.error('  The project pins its own Node through npm: run `npm ci` (without --ignore-scripts),');
  console.error('  or `npm rebuild node` to repair an install made with --ignore-scripts.');
  process.exit(2);
}
