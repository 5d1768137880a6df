// Runs a workspace tool (turbo, biome, changeset, node …) with pnpm and the tools on the PATH,
// after making sure that the workspace is installed: `node scripts/run.mjs turbo run build`.
import { exec, install } from './lib/workspace.mjs';

install();
process.exit(exec(process.argv.slice(2)));
