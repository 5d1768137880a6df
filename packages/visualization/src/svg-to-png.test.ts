import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { history, sha256 } from '../test/samples.js';
import { interRegular } from './internal/inter-font.js';
import { woffToSfnt } from './internal/woff.js';
import { learningCurves } from './learning-curves.js';
import { SvgRenderError, svgToPng } from './svg-to-png.js';

const svg = (body: string, width = 40, height = 20): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${body}</svg>`;

describe('svgToPng', () => {
  test('gives a PNG file of the size of the SVG times the scale, twice by default', async () => {
    const png = await svgToPng(svg(''));
    expect([...png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
    expect([decode(png).width, decode(png).height]).toEqual([80, 40]);
    const half = decode(await svgToPng(svg(''), { scale: 0.5 }));
    expect([half.width, half.height]).toEqual([20, 10]);
  });

  test('paints what the SVG says, and nothing where it says nothing', async () => {
    const image = decode(
      await svgToPng(svg('<rect width="20" height="20" fill="#ff0080"/>'), { scale: 1 }),
    );
    expect([...image.data.subarray(0, 4)]).toEqual([255, 0, 128, 255]);
    expect(image.data[30 * 4 + 3]).toBe(0);
    const white = decode(await svgToPng(svg(''), { scale: 1, background: '#ffffff' }));
    expect([...white.data.subarray(0, 4)]).toEqual([255, 255, 255, 255]);
  });

  test('sets text in its own font in both weights, whatever family is asked for', async () => {
    const ink = async (attributes: string, text = 'Ωж 012'): Promise<number> => {
      const image = decode(
        await svgToPng(svg(`<text x="2" y="15" ${attributes}>${text}</text>`, 90)),
      );
      return image.data.filter((value, index) => index % 4 === 3 && value > 128).length;
    };
    const regular = await ink('font-family="Inter"');
    expect(regular).toBeGreaterThan(100);
    expect(await ink('font-family="No Such Font"')).toBe(regular);
    expect(await ink('font-family="Inter" font-weight="600"')).toBeGreaterThan(regular);
    expect(await ink('', '日本')).toBe(0);
  });

  test('paints the same pixels on every machine', async () => {
    const hash = await sha256(await svgToPng(await learningCurves(history)));
    await expect(`${hash}\n`).toMatchFileSnapshot('./__golden__/learning-curves.png.sha256');
  });

  test('keeps the pixels of an enlarged image sharp', async () => {
    const { pngDataUrl } = await import('./internal/pixels.js');
    const url = pngDataUrl(Uint8Array.of(0, 0, 0, 255, 255, 255, 255, 255), 2, 1);
    const picture = `<image width="40" height="20" preserveAspectRatio="none" style="image-rendering:pixelated" href="${url}"/>`;
    const image = decode(await svgToPng(svg(picture), { scale: 1 }));
    expect([18, 21].map((x) => image.data[(10 * 40 + x) * 4])).toEqual([0, 255]);
  });

  test('names what is wrong with its arguments', async () => {
    await expect(svgToPng(5 as never)).rejects.toThrow(
      'svgToPng: svg must be a string; received 5.',
    );
    await expect(svgToPng(svg(''), { scale: 0 })).rejects.toThrow(RangeError);
    await expect(svgToPng(svg(''), { scale: Number.NaN })).rejects.toThrow('(0, 16]; received NaN');
    await expect(svgToPng(svg(''), { scale: '2' as never })).rejects.toThrow(TypeError);
  });

  test('sets other scripts in fonts that it is handed, and refuses what is no font', async () => {
    const own = woffToSfnt(
      Uint8Array.from(atob(interRegular), (character) => character.charCodeAt(0)),
    );
    await expect(svgToPng(svg('<text y="9">a</text>'), { fonts: [own] })).resolves.toBeInstanceOf(
      Uint8Array,
    );
    await expect(
      svgToPng(svg(''), { fonts: [Uint8Array.from('wOF2', (c) => c.charCodeAt(0))] }),
    ).rejects.toThrow(
      'svgToPng: fonts must be TTF or OTF files; received one that begins with "wOF2".',
    );
    await expect(svgToPng(svg(''), { fonts: ['Inter'] as never })).rejects.toThrow(TypeError);
  });

  test('rejects what is not well-formed with its own error and the cause', async () => {
    const failure = await svgToPng('<svg><g></svg>').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SvgRenderError);
    expect(failure).toMatchObject({ code: 'SVG_RENDER_FAILED', cause: expect.anything() });
  });
});
