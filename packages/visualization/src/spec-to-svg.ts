import type { Config, TopLevelSpec } from 'vega-lite';
import { chartConfig } from './internal/chart-config.js';
import { received } from './internal/check.js';
import { round } from './internal/svg.js';
import { textWidth } from './internal/text-width.js';

/** A Vega-Lite specification: plain JSON, which vega-embed and every Vega editor can show. */
export type ChartSpec = TopLevelSpec;

/**
 * A Vega-Lite specification as an SVG string, in the look of this package. The same string in Node
 * and in a browser: text is measured with Inter's own widths instead of a canvas, and numbers are
 * rounded. Vega is loaded at the first call.
 *
 * @param spec - A Vega-Lite 6 specification whose data is inline. Its own `config` wins over ours.
 * @returns An SVG document.
 * @throws TypeError if `spec` is no object, RangeError if Vega-Lite cannot make a chart of it.
 * @example
 * ```ts
 * const svg = await specToSvg({
 *   data: { values: [{ x: 1, y: 2 }, { x: 2, y: 3 }] },
 *   mark: 'line',
 *   encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'y', type: 'quantitative' } },
 * });
 * ```
 */
export async function specToSvg(spec: ChartSpec): Promise<string> {
  if (typeof spec !== 'object' || spec === null) {
    throw new TypeError(
      `specToSvg: spec must be a Vega-Lite specification; received ${received(spec)}.`,
    );
  }
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')]);
  const quiet = vega.logger(vega.None);
  const config: Config = vega.mergeConfig({}, chartConfig, spec.config ?? {});
  // From here to the end nothing waits, so no other chart of the page sees our text measure.
  const headless = vega as unknown as HeadlessVega;
  const before = headless.textMetrics.width;
  headless.textMetrics.width = measureText;
  try {
    const compiled = vegaLite.compile({ ...spec, config } as ChartSpec, { logger: quiet }).spec;
    const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger: quiet });
    view.run();
    vega.resetSVGDefIds();
    const { root } = view.scenegraph() as unknown as { root: SceneRoot };
    const { x1, y1, x2, y2 } = root.bounds;
    const padding = 20;
    const [left, top] = [Math.ceil(padding - x1), Math.ceil(padding - y1)];
    const width = Math.ceil(x2 + padding) + left;
    const height = Math.ceil(y2 + padding) + top;
    const svg = new headless.SVGStringRenderer()
      .initialize(null, width, height, [left, top])
      .background(config.background)
      .render(root)
      .svg();
    view.finalize();
    return tidy(svg, config.font);
  } catch (cause) {
    throw new RangeError(
      `specToSvg: spec must be a Vega-Lite specification that compiles; Vega says: ${String(cause)}.`,
      { cause },
    );
  } finally {
    headless.textMetrics.width = before;
  }
}

interface SceneRoot {
  readonly bounds: {
    readonly x1: number;
    readonly y1: number;
    readonly x2: number;
    readonly y2: number;
  };
}

interface TextItem {
  readonly text?: unknown;
  readonly fontSize?: number;
  readonly fontWeight?: string | number;
  readonly limit?: number;
}

type MeasureText = (item: TextItem, text?: unknown) => number;

// Vega exports these, but does not list them in its types.
interface HeadlessVega {
  readonly textMetrics: { width: MeasureText };
  readonly SVGStringRenderer: new () => SvgRenderer;
}

interface SvgRenderer {
  initialize(parent: null, width: number, height: number, origin: readonly number[]): SvgRenderer;
  background(color: unknown): SvgRenderer;
  render(root: SceneRoot): SvgRenderer;
  svg(): string;
}

const measureText: MeasureText = (item, text) => {
  const heavy = item.fontWeight === 'bold' || Number(item.fontWeight) >= 600;
  return textWidth(String(text ?? item.text ?? ''), item.fontSize ?? 11, heavy ? 600 : 400);
};

/** Short numbers in geometry, one font for all, and no attributes that say nothing. */
function tidy(svg: string, font: unknown): string {
  return svg
    .replace(
      / (d|transform|x|y|x1|y1|x2|y2|width|height|[a-z]+-opacity)="([^"]*)"/g,
      (_, name, value) =>
        ` ${name}="${String(value).replace(/-?\d+\.\d{3,}(?:e-?\d+)?/g, (number) => round(Number(number)))}"`,
    )
    .replaceAll(` font-family="${escapeQuotes(String(font))}"`, '')
    .replace(/^<svg /, `<svg font-family="${escapeQuotes(String(font))}" `)
    .replaceAll(' opacity="1"', '')
    .replace(
      /<path class="(?:fore|back)ground" aria-hidden="true" d="(?:|M0,0h0v0h0Z)"[^>]*\/>/g,
      '',
    )
    .replaceAll(' xmlns:xlink="http://www.w3.org/1999/xlink"', '');
}

function escapeQuotes(text: string): string {
  return text.replaceAll('"', '&quot;');
}
