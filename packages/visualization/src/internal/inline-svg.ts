import { received } from './check.js';

/**
 * An SVG document made ready to stand inside HTML: ids of its own, marks that tell their values
 * when pointed at, and a check that it brings no script and asks for nothing from outside.
 */
export function inlineSvg(svg: string, id: string): string {
  if (typeof svg !== 'string') {
    throw new TypeError(`htmlReport: svg must be a string; received ${received(svg)}.`);
  }
  const start = svg.search(/<svg[\s>]/);
  if (start === -1 || !/<\/svg>\s*$/.test(svg)) {
    throw new RangeError(`htmlReport: svg must be an SVG document; received ${received(svg)}.`);
  }
  const picture = svg.slice(start).trimEnd();
  const fault = faults.find(({ pattern }) => pattern.test(picture));
  if (fault !== undefined) {
    throw new RangeError(
      `htmlReport: svg must be self-contained; received one with ${fault.name}.`,
    );
  }
  return (
    picture
      // HTML knows what <svg> is; without the addresses the file holds none at all.
      .replace(/ xmlns(?::\w+)?="[^"]*"/g, '')
      .replace(/ (id)="([^"]*)"/g, ` id="${id}-$2"`)
      .replace(/url\(#([^)]*)\)/g, `url(#${id}-$1)`)
      .replace(/ (?:xlink:)?href="#([^"]*)"/g, ` href="#${id}-$1"`)
      // Browsers show a title where they keep an aria-label to themselves.
      .replace(
        /<(path|rect|circle)((?: [\w:-]+="[^"]*")*?) aria-label="([^"]*)"((?: [\w:-]+="[^"]*")*)\/>/g,
        '<$1$2 aria-label="$3"$4><title>$3</title></$1>',
      )
  );
}

const faults: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: 'a script', pattern: /<script[\s>/]/i },
  { name: 'a foreign object', pattern: /<foreignObject[\s>/]/i },
  { name: 'an event handler', pattern: /\son\w+\s*=/i },
  { name: 'an external reference', pattern: /(?:href|src)\s*=\s*["']?\s*(?!#|data:)[^"'\s>]/i },
  { name: 'an external reference', pattern: /url\(\s*["']?\s*(?!#|data:)|@import/i },
  { name: 'an entity declaration', pattern: /<!(?:DOCTYPE|ENTITY)/i },
];
