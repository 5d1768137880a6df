import { spawn } from 'node:child_process';

/** Starts `count` processes that keep a core each busy; returns the function that ends them. @param {number} count */
export function keepBusy(count) {
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
  );
  return () => {
    for (const child of children) child.kill('SIGKILL');
  };
}
