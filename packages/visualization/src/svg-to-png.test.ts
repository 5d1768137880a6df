import { decode } from 'fast-png';
import { expect, test } from 'vitest';
import { svgToPng } from './svg-to-png.js';

test('works', async () => {
  const png = await svgToPng(
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20" fill="#ff0000"/><text x="2" y="12">hi</text></svg>',
  );
  const image = decode(png);
  expect([image.width, image.height]).toEqual([80, 40]);
});
